import {
  Autocomplete,
  Button,
  Group,
  Input,
  Radio,
  SegmentedControl,
  SimpleGrid,
  Slider,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import type { Banner, Theme } from "../api";
import { inDark } from "../colour";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { ColourFields } from "./colours";
import type { Panel } from "./editor";
import { Pictogram } from "./pictograms";
import { Section } from "./section";

const layouts = () => [
  { name: "bar", label: t("Bar") },
  { name: "box", label: t("Box") },
  { name: "modal", label: t("Modal") },
  { name: "corner", label: t("Corner") },
];

/** The dark colours that were made from the accent are made anew from the next; others are somebody's choice. */
function followed(now: Theme, accent: string | undefined): Pick<Theme, "dark"> {
  const made = now.accent ? inDark(now.accent) : undefined;
  if (!made || !accent || JSON.stringify(made) !== JSON.stringify(now.dark)) return { dark: now.dark };
  return { dark: inDark(accent) };
}

/** The positions of a layout; the first is what an empty one means. */
const positions = (): Record<string, { value: string; label: string }[]> => ({
  bar: [
    { value: "bottom", label: t("Bottom") },
    { value: "top", label: t("Top") },
  ],
  corner: [
    { value: "right", label: t("Right") },
    { value: "left", label: t("Left") },
  ],
});

const fonts = ["system-ui, sans-serif", "inherit", "Georgia, serif", "Inter, system-ui, sans-serif"];

export function Look({ doc, change, findings }: Panel) {
  const banner = doc.banner;
  const theme = banner.theme;
  const setBanner = (part: Partial<Banner>) => change((d) => ({ ...d, banner: { ...d.banner, ...part } }));
  const setTheme = (part: Partial<Theme>) =>
    change((d) => ({ ...d, banner: { ...d.banner, theme: { ...d.banner.theme, ...part } } }));
  const places = positions()[banner.layout];
  const scheme = theme.scheme || "auto";

  return (
    <>
      <Section title={t("Layout")}>
        <Radio.Group
          value={banner.layout}
          onChange={(layout) => setBanner({ layout, position: undefined })}
          aria-label={t("Layout")}
          error={faultOf(findings, "banner.layout")}
        >
          <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="xs">
            {layouts().map(({ name, label }) => (
              <Radio.Card key={name} value={name} className="layout-card" data-testid={`layout-${name}`}>
                <Pictogram layout={name} position={name === banner.layout ? banner.position : undefined} />
                <Text size="sm" fw={550}>
                  {label}
                </Text>
              </Radio.Card>
            ))}
          </SimpleGrid>
        </Radio.Group>
        {places && (
          <Row label={t("Position")}>
            <SegmentedControl
              aria-label={t("Position")}
              data={places}
              value={banner.position || (places[0]?.value ?? "")}
              onChange={(position) => setBanner({ position: position as Banner["position"] })}
            />
          </Row>
        )}
        <Switch
          label={t("Show a button to reopen the banner")}
          description={t("Without it, your page needs its own settings link. See Embed.")}
          checked={banner.reopen}
          onChange={(e) => setBanner({ reopen: e.currentTarget.checked })}
        />
      </Section>

      <Section title={t("Colours")} hint={t("Leave a field empty to take the built-in colour.")}>
        <Row label={t("Scheme")}>
          <SegmentedControl
            aria-label={t("Scheme")}
            data={[
              { value: "auto", label: t("Auto") },
              { value: "light", label: t("Light") },
              { value: "dark", label: t("Dark") },
            ]}
            value={scheme}
            onChange={(next) => setTheme({ scheme: next })}
          />
        </Row>
        <ColourFields
          value={theme}
          onChange={({ accent, accent_text, background, text, border }) => setTheme({ accent, accent_text, background, text, border, ...followed(theme, accent) })}
          findings={findings}
          path="banner.theme"
          testid="colour"
        />
        {scheme !== "light" && (
          <>
            <Switch
              label={t("Other colours in dark")}
              description={t("For visitors whose system is dark.")}
              checked={theme.dark !== undefined}
              onChange={(e) => setTheme({ dark: e.currentTarget.checked ? {} : undefined })}
            />
            {theme.dark && (
              <ColourFields
                value={theme.dark}
                onChange={(next) => setTheme({ dark: next })}
                findings={findings}
                path="banner.theme.dark"
                testid="colour-dark"
              />
            )}
          </>
        )}
      </Section>

      <Section title={t("Shape and type")}>
        <Input.Wrapper
          label={
            <Group justify="space-between" gap="xs" component="span">
              <span>{t("Corner radius")}</span>
              {theme.radius !== undefined && (
                <Button variant="subtle" size="compact-xs" onClick={() => setTheme({ radius: undefined })}>
                  {t("Built-in")}
                </Button>
              )}
            </Group>
          }
          labelElement="div"
          error={faultOf(findings, "banner.theme.radius")}
          className="wide-label"
        >
          <Slider
            min={0}
            max={32}
            value={theme.radius ?? 14}
            onChange={(radius) => setTheme({ radius })}
            label={(px) => `${px} px`}
            thumbLabel={t("Corner radius in pixels")}
            marks={[0, 8, 16, 24, 32].map((value) => ({ value, label: String(value) }))}
            mt={6}
            mb="lg"
          />
        </Input.Wrapper>
        <Input.Wrapper label={t("Room around the words")} labelElement="div" error={faultOf(findings, "banner.theme.spacing")} className="wide-label">
          <Slider
            min={8}
            max={40}
            value={theme.spacing ?? 24}
            onChange={(spacing) => setTheme({ spacing })}
            label={(px) => `${px} px`}
            thumbLabel={t("Room around the words in pixels")}
            mt={6}
            mb="xs"
          />
        </Input.Wrapper>
        <Input.Wrapper label={t("Border")} labelElement="div" error={faultOf(findings, "banner.theme.border_width")} className="wide-label">
          <Slider
            min={0}
            max={8}
            value={theme.border_width ?? 1}
            onChange={(border_width) => setTheme({ border_width })}
            label={(px) => `${px} px`}
            thumbLabel={t("Width of the border in pixels")}
            mt={6}
            mb="xs"
            data-testid="border-width"
          />
        </Input.Wrapper>
        <TextInput
          label={t("Logo")}
          description={t("The address of a picture on your own site, shown above the words.")}
          type="url"
          placeholder="https://"
          value={theme.logo ?? ""}
          onChange={(e) => setTheme({ logo: e.currentTarget.value || undefined })}
          error={faultOf(findings, "banner.theme.logo")}
        />
        <Autocomplete
          label={t("Font")}
          description={t("Fonts that your page has loaded, or that visitors have.")}
          placeholder={t("Built-in")}
          data={fonts}
          value={theme.font ?? ""}
          onChange={(font) => setTheme({ font: font || undefined })}
          error={faultOf(findings, "banner.theme.font")}
        />
      </Section>
    </>
  );
}

function Row({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" fw={500} aria-hidden="true">
        {label}
      </Text>
      {children}
    </Group>
  );
}
