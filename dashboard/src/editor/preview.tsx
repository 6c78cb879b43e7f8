import { Alert, Group, Loader, NativeSelect, SegmentedControl, Switch, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue, useElementSize } from "@mantine/hooks";
import { IconDeviceDesktop, IconDeviceMobile, IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, problemOf, type SiteDocument } from "../api";
import { t } from "../i18n";
import { Findings, ProblemAlert } from "../problem";
import { placeName } from "../wizard/places";
import { languageLabel } from "../coded";

// Places whose laws differ; more are on the page of laws.
const places = () =>
  ["unknown", "FR", "DE", "GB", "CH", "US-CA", "US-WA", "US-FL", "US", "CA-QC", "CA", "BR", "IN", "JP"].map((value) => ({
    value,
    label: value === "unknown" ? t("An unknown place") : placeName(value),
  }));

/** CSS pixels of the window that is shown; it is scaled down where it does not fit. */
const widths = { desktop: 1200, phone: 390 };

/** The document as a visitor gets it whose system is dark. */
function atNight(doc: SiteDocument): SiteDocument {
  const theme = doc.banner.theme;
  return theme.scheme && theme.scheme !== "auto" ? doc : { ...doc, banner: { ...doc.banner, theme: { ...theme, scheme: "dark" } } };
}

/** The languages that are written from right to left, among those that have words. */
const leftward = ["ar", "fa", "he", "ur"];

interface Props {
  doc: SiteDocument;
  /** For who may not edit: the draft that the server has, and no other document. */
  saved?: boolean;
}

/** The banner as the server compiles it for visitors, in a small browser. */
export function Preview({ doc, saved }: Props) {
  const [place, setPlace] = useState("FR");
  const [chosen, setLocale] = useState<string>();
  const [gpc, setGpc] = useState(false);
  const [dark, setDark] = useState(false);
  const [rtl, setRtl] = useState(false);
  const [returning, setReturning] = useState(false);
  const [device, setDevice] = useState<keyof typeof widths>(() => (window.innerWidth <= 620 ? "phone" : "desktop"));
  const spoken = chosen && doc.locales.includes(chosen) ? chosen : (doc.locales[0] ?? "en");
  // A site that speaks no such language is looked at with the built-in words of one.
  const locale = rtl && !leftward.includes(spoken) ? (doc.locales.find((l) => leftward.includes(l)) ?? "ar") : spoken;
  const [still] = useDebouncedValue(doc, 400);
  const lit = dark ? atNight(still) : still;
  const settled = lit.locales.includes(locale) ? lit : { ...lit, locales: [...lit.locales, locale] };
  const preview = useQuery({
    queryKey: ["preview", doc.id, still, dark, place, locale, gpc, returning],
    queryFn: ({ signal }) => saved ? api.previewSaved(doc.id, { place, locale, gpc, returning }, signal) : api.preview(doc.id, { site: settled, place, locale, gpc, returning }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    // A fault of the draft waits for an edit; one of the server passes.
    refetchInterval: ({ state }) => {
      const status = state.error ? problemOf(state.error).status : 200;
      return status === 0 || status >= 500 ? 5000 : false;
    },
    refetchOnWindowFocus: false,
  });

  // The last good frame stays while a new one is made, and while there is a fault.
  const [url, setUrl] = useState<string>();
  if (preview.data && preview.data.url !== url) setUrl(preview.data.url);
  const findings = preview.isError ? problemOf(preview.error).findings : undefined;

  type Turn = [string, string, string, boolean, (on: boolean) => void];
  const right: Turn = ["rtl", t("RTL"), t("The visitor reads from right to left"), rtl, setRtl];
  const switches: Turn[] = [
    ["gpc", t("GPC"), t("The visitor sends Global Privacy Control"), gpc, setGpc],
    ["dark", t("Dark"), t("The visitor's system is dark"), dark, setDark],
    // A language that the site does not speak would be another document.
    ...(saved && !doc.locales.some((l) => leftward.includes(l)) ? [] : [right]),
    ["returning", t("Returning"), t("The visitor has refused before"), returning, setReturning],
  ];
  return (
    <section className="preview" aria-label={t("Preview")}>
      <Group gap="sm" className="preview-bar">
        <NativeSelect
          size="xs"
          w={150}
          aria-label={t("Visitor's place")}
          data={places()}
          value={place}
          onChange={(e) => setPlace(e.currentTarget.value)}
          data-testid="preview-place"
        />
        <NativeSelect
          size="xs"
          w={110}
          aria-label={t("Visitor's language")}
          data={doc.locales.map((l) => ({ value: l, label: languageLabel(l) }))}
          value={spoken}
          onChange={(e) => setLocale(e.currentTarget.value)}
          data-testid="preview-locale"
        />
        {switches.map(([name, label, meaning, on, set]) => (
          <Switch
            key={name}
            size="sm"
            label={label}
            aria-label={meaning}
            checked={on}
            onChange={(e) => set(e.currentTarget.checked)}
            data-testid={`preview-${name}`}
          />
        ))}
        <SegmentedControl
          size="xs"
          ml="auto"
          aria-label={t("Device")}
          value={device}
          onChange={(v) => setDevice(v === "phone" ? "phone" : "desktop")}
          data={[
            { value: "desktop", label: <Device icon={<IconDeviceDesktop size={16} />} name={t("Desktop")} /> },
            { value: "phone", label: <Device icon={<IconDeviceMobile size={16} />} name={t("Phone")} /> },
          ]}
        />
      </Group>
      {preview.isError && (
        <div className="preview-fault">
          {findings ? (
            <Alert color="yellow" p="sm" title={t("The preview waits until this is mended")} role="status">
              <Findings findings={findings} />
            </Alert>
          ) : (
            <ProblemAlert error={preview.error} retry={() => void preview.refetch()} />
          )}
        </div>
      )}
      <Browser
        address={doc.origins[0]?.replace(/^https?:\/\//, "") ?? doc.id}
        width={widths[device]}
        phone={device === "phone"}
        url={url}
        busy={preview.isFetching}
        dark={dark}
      />
    </section>
  );
}

function Device({ icon, name }: { icon: React.ReactNode; name: string }) {
  return (
    <span className="device">
      {icon}
      <VisuallyHidden>{name}</VisuallyHidden>
    </span>
  );
}

interface BrowserProps {
  address: string;
  width: number;
  phone: boolean;
  url?: string;
  busy: boolean;
  dark: boolean;
}

function Browser({ address, width, phone, url, busy, dark }: BrowserProps) {
  const { ref, width: room, height } = useElementSize();
  const scale = room > 0 ? Math.min(1, room / width) : 1;
  return (
    <div className={phone ? "browser browser-phone" : "browser"}>
      <div className="browser-bar" aria-hidden="true">
        <span className="browser-dots">
          <i />
          <i />
          <i />
        </span>
        <span className="browser-address">
          <IconLock size={12} />
          {address}
        </span>
        <span className="browser-busy">{busy && <Loader size={14} />}</span>
      </div>
      <div className="browser-page" ref={ref}>
        {busy && (
          <div className="browser-wait" aria-hidden="true">
            <Loader size="sm" />
          </div>
        )}
        {url && <Frames url={url} width={width} height={height / scale} scale={scale} dark={dark} />}
      </div>
    </div>
  );
}

interface FramesProps {
  url: string;
  width: number;
  height: number;
  scale: number;
  dark: boolean;
}

/**
 * Shows a URL and keeps the one before until the new one has loaded, so that
 * the preview never blinks while somebody types.
 */
function Frames({ url, width, height, scale, dark }: FramesProps) {
  const [shown, setShown] = useState("");
  // The order is fixed and the keys stay: a frame that moves in the document loads anew.
  const frames = shown && shown !== url ? [shown, url] : [url];
  return frames.map((src) => {
    const visible = src === shown || frames.length === 1;
    return (
      <iframe
        key={src}
        src={src}
        title={visible ? t("Preview of the banner") : t("Next preview")}
        sandbox="allow-scripts"
        className={src === shown ? "frame" : "frame frame-next"}
        aria-hidden={!visible}
        data-testid={visible ? "preview-frame" : undefined}
        // The page within sees the visitor's scheme, not the dashboard's.
        style={{ width, height, transform: `scale(${scale})`, colorScheme: dark ? "dark" : "light" }}
        onLoad={() => src === url && setShown(src)}
      />
    );
  });
}
