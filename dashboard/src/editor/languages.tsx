import { Group, Input, NativeSelect, Pill } from "@mantine/core";
import { useRef } from "react";
import type { Finding, SiteDocument } from "../api";
import { languageLabel, languageName } from "../coded";
import { faultOf } from "../problem";
import { t } from "../i18n";

interface Props {
  doc: SiteDocument;
  built: string[];
  change: (edit: (doc: SiteDocument) => SiteDocument) => void;
  findings: Finding[];
}

/** The languages that the banner speaks; the first is the fallback. */
export function Languages({ doc, built, change, findings }: Props) {
  // Words of a language that was taken out come back with it.
  const kept = useRef<Record<string, Record<string, string>>>({});
  const left = built.filter((l) => !doc.locales.includes(l));

  const add = (locale: string) =>
    change((d) => {
      const words = kept.current[locale];
      return {
        ...d,
        locales: [...d.locales, locale],
        texts: words ? { ...d.texts, [locale]: words } : d.texts,
      };
    });

  const remove = (locale: string) =>
    change((d) => {
      const { [locale]: words, ...texts } = d.texts ?? {};
      if (words) kept.current[locale] = words;
      return { ...d, locales: d.locales.filter((l) => l !== locale), texts };
    });

  const fault = doc.locales.map((_, i) => faultOf(findings, `locales[${i}]`)).find(Boolean);
  return (
    <Input.Wrapper
      label={t("The banner speaks")}
      description={t("A visitor gets the first language that both share, else the first one here.")}
      labelElement="div"
      error={faultOf(findings, "locales") ?? fault}
    >
      <Group gap={6} mt={8}>
        {doc.locales.map((l) => (
          <Pill
            key={l}
            size="md"
            withRemoveButton={doc.locales.length > 1}
            onRemove={() => remove(l)}
            removeButtonProps={{ "aria-label": t("Remove {name}", { name: languageName(l) }), "aria-hidden": false, tabIndex: 0 }}
          >
            {languageLabel(l)}
          </Pill>
        ))}
        {left.length > 0 && (
          <NativeSelect
            size="xs"
            aria-label={t("Add a language")}
            value=""
            onChange={(e) => e.currentTarget.value && add(e.currentTarget.value)}
            data={[{ value: "", label: t("Add…") }, ...left.map((l) => ({ value: l, label: languageLabel(l) }))]}
          />
        )}
      </Group>
    </Input.Wrapper>
  );
}
