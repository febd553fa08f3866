// G.711 µ-law (ITU-T G.711) between bytes and linear samples of −1 … 1.

const bias = 0x84;
const full = 32_768;

export function decode(byte) {
  const code = ~byte & 0xff;
  const magnitude = (((code & 0x0f) << 3) + bias) << ((code & 0x70) >> 4);
  return (code & 0x80 ? bias - magnitude : magnitude - bias) / full;
}

export function encode(sample) {
  const magnitude = Math.min(Math.abs(Math.round(sample * full)), 32_635) + bias;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}
