/** What a page tells its client. */
export interface PageEvents {
  /** The page is hidden, and may never be seen again: no later event is sure to come. */
  hidden(): void;
  /** The page is being left, though it may come back from a cache. */
  left(): void;
  /** The page is seen again, or the machine is online again. */
  back(): void;
}

/** Listens to the page, if there is one; the answer stops that. */
export function watchPage({ hidden, left, back }: PageEvents): () => void {
  const page = globalThis.document as Document | undefined;
  if (page === undefined) {
    return () => undefined;
  }
  const turned = () => (page.visibilityState === "hidden" ? hidden() : back());
  page.addEventListener("visibilitychange", turned);
  globalThis.addEventListener?.("pagehide", hidden);
  globalThis.addEventListener?.("pagehide", left);
  globalThis.addEventListener?.("online", back);
  return () => {
    page.removeEventListener("visibilitychange", turned);
    globalThis.removeEventListener?.("pagehide", hidden);
    globalThis.removeEventListener?.("pagehide", left);
    globalThis.removeEventListener?.("online", back);
  };
}
