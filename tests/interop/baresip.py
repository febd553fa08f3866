"""baresip as a phone that calls or is called, and writes down what it hears."""

import subprocess

CONFIGURATION = """
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
rtp_ports 17000-17099
# A player that needs no sound card.
audio_player aubridge,loop
audio_source {source}
audio_alert aubridge,loop
module_path {modules}
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
snd_path {folder}
module_tmp account.so
module_app menu.so
"""
MODULES = "/usr/lib/baresip/modules"
TIME_LIMIT_SECONDS = 40


class Baresip:
    """Calls `uri` at once, or waits to be called if it is None; ended by `close`, after which `recording` is whole.

    `account`: its line in the accounts file, without codecs. `source`: what it says, in baresip's words; by default what
    it hears.
    """

    def __init__(self, folder, uri, account="<sip:ada@127.0.0.1>;regint=0", source="aubridge,loop"):
        self._folder = folder
        (folder / "config").write_text(CONFIGURATION.format(modules=MODULES, folder=folder, source=source))
        (folder / "accounts").write_text(f"{account};audio_codecs=PCMU/8000/1\n")
        (folder / "contacts").touch()
        self._log = open(folder / "baresip.log", "wb")
        orders = [] if uri is None else ["-e", f"/dial {uri}"]
        self._process = subprocess.Popen(
            ["baresip", "-f", folder, "-t", str(TIME_LIMIT_SECONDS), *orders],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Its exit status."""
        self._log.close()
        self._process.terminate()
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def kill(self):
        """Ends it without a word to anybody."""
        self._process.kill()
        self._process.wait()

    def recording(self):
        """The WAV of what it heard."""
        (file,) = self._folder.glob("dump-*-dec.wav")
        return str(file)
