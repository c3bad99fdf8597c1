// Browsers refuse workers to pages opened from a disk, and search runs in one. There, a frame takes its place.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      const inside = frame.contentWindow;
      const load = (source) =>
        new Promise((done, failed) => {
          const script = inside.document.createElement("script");
          script.src = source;
          script.onload = done;
          script.onerror = () => failed(new Error(`${source} cannot be loaded`));
          inside.document.body.append(script);
        });
      const told = (data) => new MessageEvent("message", { data });
      inside.postMessage = (data) => this.dispatchEvent(told(data)); // what the script says goes to the page
      inside.importScripts = (...sources) =>
        sources.reduce((before, source) => before.then(() => load(source)), Promise.resolve());
      this.inside = inside;
      this.ready = load(address);
      this.told = told;
    }

    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(this.told(data)));
    }

    terminate() {
      this.inside.frameElement.remove();
    }
  };
}
