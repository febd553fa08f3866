#!/bin/bash
# Speaks the prompts of the examples anew: 16 kHz, mono, 16 bit, the format that Graph asks for.
# The WAVs are committed; run this only to change them. Needs: apt-get install espeak-ng sox
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# speak FILE TEXT
speak() {
  espeak-ng -v en-gb -s 165 -p 45 -w "$work/spoken.wav" "$2"
  sox -R "$work/spoken.wav" -r 16000 -c 1 -b 16 "$1" norm -4
}

speak ivr-menu/audio/menu.wav "Contoso. For opening hours, press one. To speak to somebody, press two. To hang up, press nine."
speak ivr-menu/audio/hours.wav "We are open from nine to five."
speak ivr-menu/audio/connecting.wav "One moment please."
speak ivr-menu/audio/nobody.wav "Nobody is free right now."
speak ivr-menu/audio/goodbye.wav "Goodbye."
speak voice-mail/audio/greeting.wav "This is the mailbox of Ada. Speak after the tone, then press the hash key."
speak voice-mail/audio/message.wav "Your message was:"
speak voice-mail/audio/nothing.wav "I have heard nothing. Goodbye."
speak reminder/audio/reminder.wav "This is Contoso. Your appointment is tomorrow at ten. To confirm, press one."
speak reminder/audio/confirmed.wav "Thank you. See you tomorrow."
