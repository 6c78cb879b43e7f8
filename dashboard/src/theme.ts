import { createTheme, type MantineColorsTuple } from "@mantine/core";

// Filled shades carry white text: 7 at 6.4:1 in light, 6 at 4.6:1 in dark.
// Shade 4 is for text and lines on the dark surfaces.
const pine: MantineColorsTuple = [
  "#eaf6f1",
  "#d3ebe2",
  "#a6d8c6",
  "#75c4a8",
  "#4fb48f",
  "#34a37c",
  "#1b8466",
  "#0f6b55",
  "#0a5443",
  "#063c30",
];

// Greys with a breath of green, so that surfaces and accent belong together.
const dark: MantineColorsTuple = [
  "#e4e9e6",
  "#c2c9c5",
  "#a3aca7",
  "#7d8781",
  "#424b46",
  "#303833",
  "#232a26",
  "#191e1b",
  "#141816",
  "#0e110f",
];

const gray: MantineColorsTuple = [
  "#f7f8f6",
  "#eff2ef",
  "#e4e8e4",
  "#d8deda",
  "#c3cbc6",
  "#9aa59f",
  "#66716b",
  "#4b5550",
  "#333b37",
  "#1a201d",
];

export const theme = createTheme({
  colors: { pine, dark, gray },
  black: "#1a201d",
  primaryColor: "pine",
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "9px", lg: "14px", xl: "20px" },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.2" },
      h2: { fontSize: "1.1rem", lineHeight: "1.35" },
      h3: { fontSize: "0.95rem", lineHeight: "1.4" },
    },
  },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { fw: 550 } },
    Anchor: { defaultProps: { underline: "always" } },
    CloseButton: { defaultProps: { "aria-label": "Close" } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    Modal: { defaultProps: { centered: true, radius: "lg", overlayProps: { backgroundOpacity: 0.35, blur: 2 } } },
    // A dialog's head is no head of the page.
    ModalHeader: { defaultProps: { role: "none" } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 550 } },
    ColorInput: { defaultProps: { format: "hex" } },
  },
});
