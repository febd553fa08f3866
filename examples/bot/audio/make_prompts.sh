#!/bin/bash
# Speaks the prompts of the example bot anew: 16 kHz, mono, 16 bit, the format that Graph asks for.
# The WAVs are committed; run this only to change them. Needs: apt-get install espeak-ng sox
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# speak NAME TEXT
speak() {
  espeak-ng -v en-gb -s 155 -p 45 -w "$work/spoken.wav" "$2"
  sox -R "$work/spoken.wav" -r 16000 -c 1 -b 16 "$work/voice.wav" norm -4
  # A bed of noise 60 dB below full scale, as in any studio recording: so no packet of a prompt is digital
  # silence, and a listener can tell each one from the silence that a server sends between prompts.
  sox -R -n -r 16000 -c 1 -b 16 "$work/room.wav" synth "$(soxi -D "$work/voice.wav")" whitenoise vol -54dB
  sox -R -m "$work/voice.wav" "$work/room.wav" -b 16 "$1.wav" gain 6
}

# In mid-word 1.5 s after its start: there the bot cancels it.
speak welcome "Welcome to Contoso where representatives unfortunately are otherwise engaged at this very moment. \
Please remain on the line."
speak menu "For opening hours, press one. For deliveries and returns, press two. For anything else, press three."
speak goodbye "Thank you for calling. Goodbye."
