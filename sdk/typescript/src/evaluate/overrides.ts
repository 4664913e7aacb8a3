/**
 * Variants forced for quality assurance, by experiment, for one subject or for all. Immutable. A
 * variant that the experiment does not have forces nothing.
 */
export class Overrides {
  static readonly none = new Overrides(new Map(), new Map());

  private constructor(
    private readonly forAll: ReadonlyMap<string, string>,
    private readonly bySubject: ReadonlyMap<string, ReadonlyMap<string, string>>,
  ) {}

  /** These, and a variant for every subject of an experiment. */
  withAll(experiment: string, variant: string): Overrides {
    return new Overrides(new Map(this.forAll).set(experiment, variant), this.bySubject);
  }

  /** These, and a variant for one subject; it goes before the one for all. */
  with(experiment: string, subject: string, variant: string): Overrides {
    const subjects = new Map(this.bySubject.get(experiment)).set(subject, variant);
    return new Overrides(this.forAll, new Map(this.bySubject).set(experiment, subjects));
  }

  find(experiment: string, subject: string): string | undefined {
    return this.bySubject.get(experiment)?.get(subject) ?? this.forAll.get(experiment);
  }
}
