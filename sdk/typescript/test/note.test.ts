import assert from "node:assert/strict";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { test } from "node:test";
import { sha512 } from "../src/note/sha512.js";
import { utf8 } from "../src/hash/utf8.js";
import { fromBase64, toBase64 } from "../src/note/base64.js";
import { verifyEd25519 } from "../src/note/ed25519.js";
import { NoteError, openNote, openNoteNow, VerifierKey } from "../src/note/note.js";
import { randomOf, Signer } from "./support.js";

/** RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc), as public key, message and signature. */
const RFC_8032 = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
  [
    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    Buffer.from(sha512(utf8("abc"))).toString("hex"),
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  ],
].map(
  (row) => row.map((hex) => new Uint8Array(Buffer.from(hex, "hex"))) as [Uint8Array, Uint8Array, Uint8Array],
);

test("4.2: the own verifier takes the signatures of RFC 8032", () => {
  for (const [key, text, signature] of RFC_8032) {
    assert.equal(verifyEd25519(key, text, signature), true);
  }
});

test("4.2: the own verifier takes no signature with a bit turned, nor one of another text", () => {
  for (const [key, text, signature] of RFC_8032) {
    for (let bit = 0; bit < 512; bit += 37) {
      const wrong = signature.slice();
      wrong[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(verifyEd25519(key, text, wrong), false, `bit ${bit}`);
    }
    assert.equal(verifyEd25519(key, new Uint8Array([...text, 0]), signature), false);
    assert.equal(verifyEd25519(key, text, signature.subarray(0, 63)), false);
    assert.equal(verifyEd25519(key.subarray(0, 31), text, signature), false);
  }
});

test("4.2: a signature whose scalar was raised by the group's order is another, and refused", () => {
  const [key, text, signature] = RFC_8032[0]!;
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  let raised = order;
  for (let i = 31; i >= 0; i--) {
    raised += BigInt(signature[32 + i]!) << BigInt(8 * i);
  }
  const wrong = signature.slice();
  for (let i = 0; i < 32; i++) {
    wrong[32 + i] = Number((raised >> BigInt(8 * i)) & 255n);
  }
  assert.equal(verifyEd25519(key, text, wrong), false);
});

test("4.2: the own verifier and OpenSSL say the same of right and of mutated signatures", () => {
  const random = randomOf(4);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(12));
  let right = 0;
  for (let i = 0; i < 60; i++) {
    const text = Uint8Array.from({ length: random(300) }, () => random(256));
    const signature = new Uint8Array(sign(null, text, privateKey));
    if (i % 3 === 0) {
      signature[random(64)]! ^= 1 + random(255);
    }
    const wanted = verify(null, text, publicKey, signature);
    right += Number(wanted);
    assert.equal(verifyEd25519(raw, text, signature), wanted, `seed 4, round ${i}`);
  }
  assert.equal(right, 40);
});

test("4.2: bytes that are no point are no key", () => {
  const [, text, signature] = RFC_8032[0]!;
  const tooBig = new Uint8Array(32).fill(0xff);
  const noRoot = new Uint8Array(32);
  noRoot[0] = 2;
  const zeroWithSign = new Uint8Array(32);
  zeroWithSign[0] = 1;
  zeroWithSign[31] = 0x80;
  for (const key of [tooBig, noRoot, zeroWithSign]) {
    assert.equal(verifyEd25519(key, text, signature), false);
  }
});

test("4.1: base64 is read and written as Node does, and nothing else is read", () => {
  const random = randomOf(5);
  for (let length = 0; length < 50; length++) {
    const bytes = Uint8Array.from({ length }, () => random(256));
    const text = Buffer.from(bytes).toString("base64");
    assert.equal(toBase64(bytes), text);
    assert.deepEqual(fromBase64(text), bytes);
    assert.deepEqual(fromBase64(text.replace(/=+$/, "")), bytes);
  }
  for (const text of ["A", "AA=", "AAA==", "A===", "AA==AA==", "A A=", "AA-_", "é", "AAAAA", "=", "AA\n="]) {
    assert.equal(fromBase64(text), undefined, text);
  }
});

/** Key, text and signature of the documentation of golang.org/x/mod/sumdb/note. */
const GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\n" +
  "then you don't know what your problem is.\n";
const GO_NOTE =
  GO_TEXT +
  "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

async function opened(note: string, key: VerifierKey): Promise<string> {
  const now = await result(() => openNoteNow(note, key));
  const later = await result(() => openNote(note, key));
  assert.equal(later, now);
  return now;
}

async function result(open: () => string | Promise<string>): Promise<string> {
  try {
    return await open();
  } catch (error) {
    return (error as NoteError).reason;
  }
}

test("4.1: a note of Go opens with the key of Go, by Web Crypto and without", async () => {
  const key = VerifierKey.parse(GO_KEY);
  assert.equal(String(key), GO_KEY);
  assert.equal(await opened(GO_NOTE, key), GO_TEXT);
});

test("4.2: signatures of strangers are ignored, and every one of ours must be right", async () => {
  const ours = new Signer();
  const other = new Signer("witness");
  const note = ours.note("x\n") + other.line("x\n");
  assert.equal(await opened(note, ours.verifierKey), "x\n");
  assert.equal(await opened(note, other.verifierKey), "x\n");
  assert.equal(await opened(note.replace("x\n\n", "y\n\n"), ours.verifierKey), "BAD_SIGNATURE");
  assert.equal(await opened(ours.note("x\n") + ours.line("y\n"), ours.verifierKey), "BAD_SIGNATURE");
  assert.equal(await opened(other.note("x\n"), ours.verifierKey), "NOT_SIGNED_BY_KEY");
  const short = `\u2014 trialog/production ${Buffer.concat([Buffer.from(ours.verifierKey.id, "hex"), Buffer.alloc(63)]).toString("base64")}\n`;
  assert.equal(await opened(`x\n\n${short}`, ours.verifierKey), "BAD_SIGNATURE");
});

test("4.1: a text that is no note is refused", async () => {
  const key = VerifierKey.parse(GO_KEY);
  const notes = [
    "",
    "\n",
    "\n\n",
    "x",
    "x\n",
    "x\n\n",
    "x\n\n\u2014 a AAAAAAA=",
    "x\n\n- a AAAAAAA=\n",
    "x\n\n\u2014 a\n",
    "x\n\n\u2014 a AA==\n",
    "x\n\n\u2014 a ?\n",
    "x\r\n\n\u2014 a AAAAAAA=\n",
    "x\n\n\u2014 a+b AAAAAAA=\n",
    "x\n\n" + "\u2014 a AAAAAAA=\n".repeat(101),
  ];
  for (const note of notes) {
    assert.equal(await opened(note, key), "NOT_A_NOTE", JSON.stringify(note));
  }
});

test("4.2: a text that is no key is refused, also when its name was changed", () => {
  const changed = new Signer().vkey.replace("production", "staging");
  const texts = ["", "+", "a+b", "a+b+c", "a+00000000+AQ==", "a b+00000000+AAAA", changed];
  for (const text of texts) {
    assert.throws(() => VerifierKey.parse(text), NoteError, text);
  }
});

test("4.4: a Web Crypto without Ed25519, or none at all, leaves the own verifier", async (t) => {
  const signer = new Signer();
  let asked = 0;
  const unsupported = async () => {
    asked++;
    throw new DOMException("Unrecognized name.", "NotSupportedError");
  };
  t.mock.method(crypto.subtle, "importKey", unsupported);
  assert.equal(await openNote(signer.note("x\n"), signer.verifierKey), "x\n");
  const wrong = signer.note("x\n").replace("x\n\n", "y\n\n");
  assert.equal(await result(() => openNote(wrong, signer.verifierKey)), "BAD_SIGNATURE");
  assert.equal(asked, 2);
  t.mock.getter(crypto, "subtle", () => undefined);
  assert.equal(await openNote(signer.note("x\n"), signer.verifierKey), "x\n");
  assert.equal(asked, 2);
});
