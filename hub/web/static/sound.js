// Alarm sounds after IEC 60601-1-8: bursts of pulses whose rhythm tells the severity, repeated while somebody waits.

// Seconds. High: 5+5 pulses, 0.5 s between the fifth and the sixth; medium: 3; low: 2. A technical alert sounds once, low.
const PATTERNS = {
  emergency: { pulses: 10, pulse: 0.15, space: 0.1, middle: 0.5, repeat: 5, pitch: 880 },
  urgent: { pulses: 3, pulse: 0.2, space: 0.2, repeat: 12, pitch: 660 },
  routine: { pulses: 2, pulse: 0.2, space: 0.2, repeat: 30, pitch: 523 },
  technical: { pulses: 1, pulse: 0.2, space: 0.2, repeat: 0, pitch: 523 },
};
const GRAVEST_FIRST = Object.keys(PATTERNS);
const RISE = 0.015;
const HARMONICS = [0, 1, 0.6, 0.45, 0.35, 0.25, 0.15]; // the fundamental and five above it
const PAUSE_MS = 120000;

export class Sound {
  /** `changed()` is called when what `state` says may have changed. */
  constructor(changed) {
    this.changed = changed;
    this.severity = null;
    this.pausedUntil = 0;
    this.bursts = [];
    this.sounding = null; // the severity of the newest burst
    this.timer = 0;
    const Context = window.AudioContext;
    this.context = Context ? new Context() : null;
    if (this.context) {
      this.context.addEventListener("statechange", () => this.changed());
      this.wave = this.context.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS));
      this.output = this.context.createGain();
      this.output.gain.value = 0.5;
      this.output.connect(this.context.destination);
    }
  }

  /** none: no sound in this browser; off: the browser waits for a key; paused; on. */
  get state() {
    if (!this.context) return "none";
    if (this.context.state !== "running") return "off";
    return this.pauseLeft > 0 ? "paused" : "on";
  }

  get pauseLeft() {
    return Math.max(0, this.pausedUntil - performance.now()) / 1000;
  }

  /** A key or a click came: the browser now allows sound. */
  async allow() {
    if (this.context && this.context.state !== "running") await this.context.resume().catch(() => {});
  }

  togglePause() {
    this.pausedUntil = this.pauseLeft > 0 ? 0 : performance.now() + PAUSE_MS;
    if (this.pauseLeft > 0) this.hush();
    else this.again();
    this.changed();
  }

  /** Sound for the gravest alert that nobody holds (null: silence). */
  signal(severity) {
    if (severity === this.severity) return;
    this.severity = severity;
    this.hush();
    this.again();
  }

  /** Something new arrived: it is heard at once, and ends a pause when it is an emergency. */
  arrived(severity) {
    if (severity === "emergency" && this.pauseLeft > 0) this.pausedUntil = 0;
    if (this.pauseLeft > 0) return;
    if (severity === this.severity) {
      this.hush();
      this.again();
    } else if (!this.severity) {
      this.burst(severity);
    }
    this.changed();
  }

  /** Another sign of an alert that is held: one burst of its severity, unless something as grave sounds just now. */
  repeated(severity) {
    const hidden = (other) => other && GRAVEST_FIRST.indexOf(other) <= GRAVEST_FIRST.indexOf(severity);
    if (this.bursts.length && hidden(this.sounding)) return;
    this.hush();
    this.burst(severity);
    const repeat = PATTERNS[this.severity]?.repeat;
    if (repeat) this.timer = setTimeout(() => this.again(), repeat * 1000);
  }

  again() {
    clearTimeout(this.timer);
    const pattern = PATTERNS[this.severity];
    if (!pattern) return;
    if (this.state === "on") this.burst(this.severity);
    if (pattern.repeat) this.timer = setTimeout(() => this.again(), pattern.repeat * 1000);
  }

  hush() {
    clearTimeout(this.timer);
    for (const oscillator of this.bursts) oscillator.stop();
    this.bursts = [];
  }

  burst(severity) {
    if (this.state !== "on") return;
    const { pulses, pulse, space, middle, pitch } = PATTERNS[severity];
    this.sounding = severity;
    let at = this.context.currentTime + 0.02;
    for (let number = 1; number <= pulses; number++) {
      const oscillator = this.context.createOscillator();
      const loudness = this.context.createGain();
      oscillator.setPeriodicWave(this.wave);
      oscillator.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(1, at + RISE);
      loudness.gain.setValueAtTime(1, at + pulse - RISE);
      loudness.gain.linearRampToValueAtTime(0, at + pulse);
      oscillator.connect(loudness).connect(this.output);
      oscillator.start(at);
      oscillator.stop(at + pulse);
      oscillator.addEventListener("ended", () => { this.bursts = this.bursts.filter((other) => other !== oscillator); });
      this.bursts.push(oscillator);
      at += pulse + (middle && number === pulses / 2 ? middle : space);
    }
    document.documentElement.dataset.lastBurst = `${pitch}:${pulses}`;
  }
}
