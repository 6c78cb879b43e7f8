// Platforms that have a call of their own for consent.
import type { Stated } from "./signals.ts";

type Queue = { (...args: unknown[]): void; q?: unknown[]; queue?: unknown[]; callMethod?: unknown };
const page = window as unknown as { uetq?: unknown[]; clarity?: Queue; fbq?: Queue | undefined };

/** Microsoft Advertising. Its tag takes over the queue that it finds. */
export const uet = (kind: string, { ad_storage }: Stated) => {
  page.uetq ??= [];
  page.uetq.push("consent", kind, { ad_storage });
};

/** Microsoft Clarity. Its tag keeps the queue that it finds. */
export const clarity = ({ ad_storage, analytics_storage }: Stated) => {
  const waiting: unknown[] = [];
  page.clarity ??= Object.assign(
    function () {
      // biome-ignore lint/complexity/noArguments: its tag reads arguments objects
      waiting.push(arguments);
    },
    { q: waiting },
  );
  page.clarity("consentv2", { ad_Storage: ad_storage, analytics_Storage: analytics_storage });
};

let word = "";
/**
 * The Meta pixel. Its tag makes a queue only where it finds none, so a queue of ours
 * would keep it away: the word waits for theirs, and comes before its first call.
 */
export const meta = ({ ad_storage }: Stated) => {
  const next = ad_storage === "granted" ? "grant" : "revoke";
  if (word) {
    const pixel = next !== word && page.fbq;
    word = next;
    if (pixel) pixel("consent", word);
    return;
  }
  word = next;
  let pixel = page.fbq;
  let told: Queue | undefined;
  Object.defineProperty(page, "fbq", {
    configurable: true,
    enumerable: true,
    get: () => {
      if (pixel !== told && (pixel?.queue || pixel?.callMethod)) {
        told = pixel;
        pixel("consent", word);
      }
      return pixel;
    },
    set: (queue) => {
      pixel = queue;
    },
  });
};
