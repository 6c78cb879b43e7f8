// Fills the places of a page that ask for the list of cookies and vendors.
import { declaration } from "lx:view";
import { grow } from "./ui/grow.ts";

const fill = () => {
  for (const place of document.querySelectorAll("[data-lx-declaration]")) if (!place.firstElementChild) place.append(grow(declaration));
};
fill();
addEventListener("DOMContentLoaded", fill);
