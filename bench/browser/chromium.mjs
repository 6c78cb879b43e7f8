// A browser to measure in, driven by as little of its protocol as measuring
// needs. Test drivers turn on the domain that reports on scripts ("Runtime"), and with it
// the browser notes where each call of many interfaces came from: one reading
// of document.cookie then compiles the functions on the stack a second time. No
// visitor pays for that, so nobody is measured with it.
import { spawn } from 'node:child_process';
import { find, switches, tempDir } from '../../tests/browser/harness.mjs';

const WIDTH = 1366;
const HEIGHT = 768;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Sends commands and hands out what happens, over a pipe of messages that end in a zero byte. */
function speak(to, from) {
  const waiting = new Map();
  const hearers = new Set();
  let last = 0;
  let rest = '';
  from.setEncoding('utf8').on('data', (text) => {
    const whole = (rest + text).split('\0');
    rest = whole.pop();
    for (const m of whole.map((s) => JSON.parse(s))) {
      const answered = waiting.get(m.id);
      waiting.delete(m.id);
      if (!answered) for (const hear of hearers) hear(m);
      else if (m.error) answered.no(new Error(m.error.message));
      else answered.yes(m.result);
    }
  });
  return {
    send: (method, params = {}, sessionId = undefined) =>
      new Promise((yes, no) => {
        waiting.set(++last, { yes, no });
        to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
      }),
    /** Resolves at the next event of this name. */
    next: (method, sessionId) =>
      new Promise((done) => {
        const hear = (m) => {
          if (m.method !== method || m.sessionId !== sessionId) return;
          hearers.delete(hear);
          done(m.params);
        };
        hearers.add(hear);
      }),
  };
}

async function openPage({ send, next }, browserContextId) {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId, newWindow: true, width: WIDTH, height: HEIGHT });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const tell = (method, params) => send(method, params, sessionId);
  await tell('Page.enable');
  const page = {
    send: tell,
    /** Runs a function in each page to come, before the page's own scripts. */
    before: (f, arg) => tell('Page.addScriptToEvaluateOnNewDocument', { source: `(${f})(${JSON.stringify(arg)})` }),
    goto: async (url) => {
      const loaded = next('Page.loadEventFired', sessionId);
      const { errorText } = await tell('Page.navigate', { url });
      if (errorText) throw new Error(`${url}: ${errorText}`);
      await loaded;
    },
    /** Runs a function in the page and returns what it returns, or what that resolves to. */
    evaluate: async (f, arg) => {
      const { result, exceptionDetails } = await tell('Runtime.evaluate', {
        expression: `(${f})(${JSON.stringify(arg)})`, awaitPromise: true, returnByValue: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    /** Clicks with the mouse, once the element stands still and nothing lies over it. */
    click: async (selector) => {
      let last;
      for (let tries = 0; tries < 100; tries++) {
        const at = await page.evaluate((s) => {
          const e = document.querySelector(s);
          const r = e?.getBoundingClientRect();
          const [x, y] = r ? [r.x + r.width / 2, r.y + r.height / 2] : [];
          return r?.width && e.contains(document.elementFromPoint(x, y)) ? [x, y] : undefined;
        }, selector);
        if (at && `${at}` === `${last}`) {
          const [x, y] = at;
          await tell('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
          for (const type of ['mousePressed', 'mouseReleased']) await tell('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
          return;
        }
        last = at;
        await pause(50);
      }
      throw new Error(`${selector} cannot be clicked`);
    },
    close: () => send('Target.closeTarget', { targetId }),
  };
  return page;
}

export async function startChromium() {
  const temp = tempDir();
  const child = spawn(find('chromium'), [...switches, '--lang=en-US', `--user-data-dir=${temp.dir}`, '--remote-debugging-pipe', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((done) => child.on('exit', done));
  const protocol = speak(child.stdio[3], child.stdio[4]);
  return {
    /** Does something as a visitor who has never been here. */
    visitor: async (work) => {
      const { browserContextId } = await protocol.send('Target.createBrowserContext');
      try {
        return await work({ newPage: () => openPage(protocol, browserContextId) });
      } finally {
        await protocol.send('Target.disposeBrowserContext', { browserContextId });
      }
    },
    close: async () => {
      child.kill();
      await ended;
      temp.remove();
    },
  };
}
