// What stands in the place of a frame that waits.
import { vendors } from "lx:config";
import { embed } from "lx:view";
import type { Slot } from "../revive.ts";
import { isMinor } from "../signals.ts";
import { grow } from "./grow.ts";
import { addSheet } from "./sheet.ts";

/** Makes the placeholder of a frame whose vendor the site knows. */
export const placeholder = (slot: Slot): HTMLElement | undefined => {
  const frame = slot._inert as HTMLIFrameElement;
  const vendor = vendors[frame.dataset.vendor as string];
  // In a shadow neither its styles nor its clicks would be ours. To minors nothing is offered in passing.
  if (!vendor || isMinor || frame.localName !== "iframe" || (NETWORK && slot._shown.getRootNode() instanceof ShadowRoot)) return;
  addSheet(1);
  const box = grow(embed, vendor);
  box.className += ` ${frame.className}`;
  // The frame's own size, which any rule of the page may override.
  box.style.setProperty("--w", frame.width);
  box.style.setProperty("--h", frame.height);
  return box;
};
