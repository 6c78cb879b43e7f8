import { MultiSelect, NumberInput, Radio, Stack, Switch } from "@mantine/core";
import { useMemo } from "react";
import type { SiteDocument } from "../api";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { placeName, placeOptions } from "../wizard/places";
import type { Panel } from "./editor";
import { Section } from "./section";

type Features = SiteDocument["features"];
type Flag = { [K in keyof Features]-?: Features[K] extends boolean | undefined ? K : never }[keyof Features];

/** Parts of the script that a site may have: what is off is not in the script at all. */
export function Signals({ doc, change, findings }: Panel) {
  const f = doc.features;
  const places = useMemo(placeOptions, []);
  const regions = f.google?.regions ?? [];
  const set = (part: Partial<Features>) => change((d) => ({ ...d, features: { ...d.features, ...part } }));
  const google = (part: Partial<NonNullable<Features["google"]>>) => {
    const next = Object.fromEntries(Object.entries({ ...f.google, ...part }).filter(([, v]) => v !== undefined && v !== false));
    set({ google: Object.keys(next).length > 0 ? next : undefined });
  };
  const flag = (name: Flag, label: string, description: string) => (
    <Switch
      label={label}
      description={description}
      checked={f[name] ?? false}
      // Two of the flags are always said, the others only when they are on.
      onChange={(e) => set({ [name]: name === "consent_mode" || name === "cookie_writes" ? e.currentTarget.checked : e.currentTarget.checked || undefined })}
      error={faultOf(findings, `features.${name}`)}
      data-testid={`feature-${name}`}
    />
  );
  return (
    <>
      <Section title={t("Tell others what was chosen")} hint={t("Before any of their tags runs, and again at each change.")}>
        {flag("consent_mode", "Google Consent Mode", t("All seven signals, denied until there is a grant."))}
        {f.consent_mode && (
          <Stack gap="sm" pl="xl">
            <Radio.Group
              label={t("Google's own tags before a choice")}
              value={f.google?.mode ?? "basic"}
              onChange={(m) => google({ mode: m === "advanced" ? "advanced" : undefined })}
            >
              <Stack gap={6} mt={6}>
                <Radio value="basic" label={t("Wait like all others (basic)")} />
                <Radio value="advanced" label={t("Load and see “denied” (advanced). Ask your counsel first")} />
              </Stack>
            </Radio.Group>
            <Switch
              label={t("Carry click ids in links while ads are denied")}
              checked={f.google?.url_passthrough ?? false}
              onChange={(e) => google({ url_passthrough: e.currentTarget.checked })}
            />
            <Switch
              label={t("Send less in ad requests while ads are denied")}
              checked={f.google?.ads_data_redaction ?? false}
              onChange={(e) => google({ ads_data_redaction: e.currentTarget.checked })}
            />
            <NumberInput
              label={t("Let tags wait for the choice, milliseconds")}
              min={0}
              max={5000}
              step={100}
              value={f.google?.wait_for_update ?? ""}
              onChange={(n) => google({ wait_for_update: Number(n) || undefined })}
            />
            <MultiSelect
              label={t("Defaults of their own for these places")}
              description={t("The values come from the law of each place.")}
              placeholder={regions.length > 0 ? undefined : t("None")}
              data={[...places, ...regions.filter((r) => !places.some((p) => p.value === r)).map((value) => ({ value, label: placeName(value) }))]}
              searchable
              limit={60}
              value={regions}
              onChange={(r) => google({ regions: r.length > 0 ? r : undefined })}
              error={faultOf(findings, "features.google.regions")}
            />
          </Stack>
        )}
        {flag("uet", "Microsoft Advertising (UET)", t("Its queue is told about ads."))}
        {flag("clarity", "Microsoft Clarity", t("Told about ads and statistics."))}
        {flag("meta", t("Meta pixel"), t("Revoked before its first call, granted after a grant."))}
        {flag("wordpress", "WordPress Consent API", t("For plugins that ask WordPress."))}
      </Section>
      <Section title={t("Hold back")} hint={t("Beside what pages mark by themselves. Each costs some bytes of the script.")}>
        {flag("cookie_writes", t("Hold back declared cookies"), t("Scripts that are not marked cannot set a declared cookie before its purpose is granted."))}
        {flag("network", t("Hold back by address"), t("Scripts, frames, images and requests to the hosts of vendors and rules wait for their purpose."))}
        {flag("storage_writes", t("Hold back storage"), t("Declared keys of local and session storage wait too."))}
        {flag("report_only", t("Only report"), t("Nothing is held back; the page is told what would have been. For trying out."))}
      </Section>
      <Section title={t("Learn")}>
        {flag("insight", t("Count banners"), t("One small request when a banner shows: how often, and names of cookies that nobody declared. Nothing about the visitor."))}
      </Section>
    </>
  );
}
