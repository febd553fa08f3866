// Sounds as telephones have them, 8 000 samples a second in −1 … 1, and how to find one in another.
import { readFileSync } from 'node:fs';

export const rate = 8000;

const alike = 0.8; // normalised correlation; two different pieces of speech reach 0.4
const taps = 31; // of the half-band filter

/** Samples of a WAV as the examples have them (PCM, 16 bit, mono, 16 kHz), halved to the telephone's rate. */
export function samplesOf(wav) {
  const at = wav.indexOf('data');
  const read = (n) => (n >= 0 && at + 10 + 2 * n <= wav.length ? wav.readInt16LE(at + 8 + 2 * n) / 32_768 : 0);
  return Float32Array.from({ length: Math.floor((wav.length - at - 8) / 4) }, (_, n) => {
    let sum = 0;
    for (let tap = 0; tap < taps; ++tap) sum += halfBand[tap] * read(2 * n + tap - (taps - 1) / 2);
    return sum;
  });
}

export function readSound(path) {
  return samplesOf(readFileSync(path));
}

/** A sine at half scale. */
export function tone({ hertz, seconds }) {
  return Float32Array.from({ length: seconds * rate }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hertz * n) / rate));
}

/** A windowed sinc that keeps what is below a quarter of the rate. */
const halfBand = Array.from({ length: taps }, (_, tap) => {
  const x = tap - (taps - 1) / 2;
  const window = 0.54 + 0.46 * Math.cos((2 * Math.PI * x) / (taps - 1));
  return window * (x === 0 ? 0.5 : Math.sin((Math.PI * x) / 2) / (Math.PI * x));
});

function energy(samples) {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}

/** The loudest 0.4 s between two moments, in seconds. */
function loudest(samples, from, to) {
  const length = 0.4 * rate;
  let best = samples.subarray(0, 0);
  for (let at = Math.max(0, from * rate); at + length <= Math.min(samples.length, to * rate); at += rate / 50) {
    const part = samples.subarray(at, at + length);
    if (best.length === 0 || energy(part) > energy(best)) best = part;
  }
  return best;
}

/** 0.4 s by which the first second of a sound is known. */
export const opening = (samples) => loudest(samples, 0, 1);

/** 0.4 s by which the last second of a sound is known. */
export const closing = (samples) => loudest(samples, Math.floor(samples.length / rate - 1), Infinity);

/** How alike `wanted` and `heard` are from `at` on: 1 the same but for loudness, 0 nothing in common. */
function likeness(heard, at, wanted) {
  let common = 0;
  let loudness = 0;
  for (let n = 0; n < wanted.length; ++n) {
    common += heard[at + n] * wanted[n];
    loudness += heard[at + n] * heard[at + n];
  }
  return loudness > 0 ? common / Math.sqrt(loudness * energy(wanted)) : 0;
}

/** Looks for `wanted` in a sound that grows; remembers how far it has looked. */
export class Search {
  #wanted;
  #next;

  constructor(wanted, from = 0) {
    this.#wanted = wanted;
    this.#next = from;
  }

  /** Number of the sample of `heard` where it begins, undefined if it is not there yet. */
  in(heard) {
    for (; this.#next + this.#wanted.length <= heard.length; ++this.#next) {
      if (likeness(heard, this.#next, this.#wanted) >= alike) return this.#next;
    }
    return undefined;
  }
}
