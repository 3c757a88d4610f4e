// Sound out and in. Nothing is made before somebody asks for it, and nothing that is recorded leaves the page.

import { RATE } from "./say_it_math.js";

export const SECONDS = 2;  // of a recording
const LOUD = 0.9;
const NO_ACCESS = "This page has no access to a microphone: browsers give it to secure pages only. Open a WAV file instead.";
const REFUSALS = {
  NotAllowedError: "The microphone was refused. Allow it for this page, or open a WAV file.",
  SecurityError: "This page may not use a microphone. Open a WAV file instead.",
  NotFoundError: "No microphone was found. Open a WAV file instead.",
};

/** A loudspeaker and a microphone: {play, record, close}. */
export function sayItSound() {
  let context = null, stream = null, isClosed = false;
  const awake = () => {
    if (isClosed) throw new Error("The figure was closed.");
    const Context = globalThis.AudioContext ?? globalThis.webkitAudioContext;
    if (!Context) throw new Error("This browser cannot play or decode sounds.");
    context ??= new Context();
    return context;
  };
  const release = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
  };
  return {
    /** Play a clip, its largest sample as loud as any other's. */
    play(x) {
      const here = awake(), buffer = here.createBuffer(1, x.length, RATE), source = here.createBufferSource();
      const peak = x.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
      buffer.getChannelData(0).set(x.map(value => LOUD / peak * value));
      source.buffer = buffer;
      source.connect(here.destination);
      here.resume();
      source.start();
    },
    /** Ask for the microphone, record for two seconds, and let it go: {samples, rate}. `begun` is called once it records. */
    async record(begun) {
      if (!navigator.mediaDevices?.getUserMedia || !globalThis.MediaRecorder) throw new Error(NO_ACCESS);
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch (error) {
        const reason = `The microphone could not be used (${error.message || error.name}). Open a WAV file instead.`;
        throw new Error(REFUSALS[error.name] ?? reason);
      }
      try {
        const pieces = [], recorder = new MediaRecorder(stream), ended = new Promise(done => { recorder.onstop = done; });
        recorder.ondataavailable = event => pieces.push(event.data);
        recorder.start();
        begun();
        await new Promise(done => setTimeout(done, 1000 * SECONDS));
        if (recorder.state !== "inactive") recorder.stop();
        await ended;
        const sound = await awake().decodeAudioData(await new Blob(pieces).arrayBuffer()), channels = sound.numberOfChannels;
        const samples = new Float64Array(sound.length);
        for (let c = 0; c < channels; c++) sound.getChannelData(c).forEach((value, i) => { samples[i] += value / channels; });
        return { samples, rate: sound.sampleRate };
      } finally {
        release();
      }
    },
    close() {
      isClosed = true;
      release();
      context?.close();
    },
  };
}
