import { ActionIcon, Badge, NativeSelect, Skeleton, Stack, Text, Textarea, TextInput, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Finding, wordsQuery } from "../api";
import { faultOf, ProblemAlert } from "../problem";
import type { Panel } from "./editor";
import { languageLabel } from "../coded";
import { Languages } from "./languages";
import { Section } from "./section";
import { blanks, groups, wordKeys, wordLabel } from "./word-keys";
import { t } from "../i18n";

export function Words({ doc, change, findings, site }: Panel) {
  const [chosen, setLocale] = useState<string>();
  const [filter, setFilter] = useState("");
  const locale = chosen && doc.locales.includes(chosen) ? chosen : (doc.locales[0] ?? "en");
  const words = useQuery(wordsQuery(locale));
  const own = doc.texts?.[locale] ?? {};

  // An empty field is no override: the built-in words come back.
  const set = (key: string, text: string) =>
    change((d) => {
      const { [key]: _, ...rest } = d.texts?.[locale] ?? {};
      const next = text === "" ? rest : { ...rest, [key]: text };
      const { [locale]: __, ...others } = d.texts ?? {};
      return { ...d, texts: Object.keys(next).length === 0 ? others : { ...others, [locale]: next } };
    });

  const built = words.data?.words ?? {};
  const english = useQuery({ ...wordsQuery("en"), enabled: locale !== "en" }).data?.words ?? {};
  const main = doc.locales[0] ?? "en";
  const wanted = filter.trim().toLowerCase();
  const keys = wordKeys(doc, built, own).filter((key) =>
    `${key} ${built[key] ?? ""} ${own[key] ?? ""}`.toLowerCase().includes(wanted),
  );

  return (
    <>
      <Section title={t("Languages")}>
        <Languages doc={doc} built={site.locales} change={change} findings={findings} />
        <NativeSelect
          label={t("Edit the words in")}
          value={locale}
          onChange={(e) => setLocale(e.currentTarget.value)}
          data={doc.locales.map((l) => ({ value: l, label: languageLabel(l) }))}
          data-testid="words-locale"
        />
        <TextInput
          aria-label={t("Find words")}
          placeholder={t("Find words")}
          leftSection={<IconSearch size={16} />}
          value={filter}
          onChange={(e) => setFilter(e.currentTarget.value)}
        />
      </Section>
      {words.isError && <ProblemAlert error={words.error} retry={() => void words.refetch()} />}
      {words.isPending && (
        <Stack>
          <Skeleton height={36} />
          <Skeleton height={64} />
          <Skeleton height={36} />
        </Stack>
      )}
      {words.isSuccess &&
        groups(keys).map(([name, members]) => (
          <Section key={name} title={name}>
            {members.map((key) => (
              <Word
                key={`${locale} ${key}`}
                name={key}
                locale={locale}
                built={built[key] ?? ""}
                own={own[key] ?? ""}
                beside={locale === "en" ? undefined : (doc.texts?.en?.[key] ?? english[key])}
                // What the site words by itself in its first language is owed in the others.
                missing={locale !== main && !own[key] && doc.texts?.[main]?.[key] !== undefined}
                onChange={(text) => set(key, text)}
                findings={findings}
              />
            ))}
          </Section>
        ))}
      {words.isSuccess && keys.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("No words match “{text}”.", { text: filter })}
        </Text>
      )}
    </>
  );
}

interface WordProps {
  name: string;
  locale: string;
  built: string;
  own: string;
  /** The English text, for who translates. */
  beside?: string;
  missing: boolean;
  onChange: (text: string) => void;
  findings: Finding[];
}

function Word({ name, locale, built, own, beside, missing, onChange, findings }: WordProps) {
  const Field = Math.max(built.length, own.length) > 60 ? Textarea : TextInput;
  const filled = blanks(built);
  const rows = Field === Textarea ? { autosize: true, minRows: 2, maxRows: 8 } : {};
  return (
    <Field
      {...rows}
      label={
        <>
          {wordLabel(name)}
          {missing && (
            <Badge color="yellow" size="sm" ml={8}>
              {t("Missing here")}
            </Badge>
          )}
        </>
      }
      description={
        <>
          {beside && <span lang="en">{beside}</span>}
          {beside && filled.length > 0 && <br />}
          {filled.length > 0 && t("Filled in for you: {list}", { list: filled.join(", ") })}
        </>
      }
      placeholder={built}
      value={own}
      lang={locale}
      dir="auto"
      onChange={(e: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(e.currentTarget.value)}
      error={faultOf(findings, `texts.${locale}.${name}`)}
      className={own ? "word word-own" : "word"}
      data-testid={`text-${name}`}
      rightSection={
        own && (
          <Tooltip label={t("Back to the built-in words")}>
            <ActionIcon variant="subtle" size={26} aria-label={t("Reset {name}", { name: wordLabel(name) })} onClick={() => onChange("")}>
              <IconArrowBackUp size={16} />
            </ActionIcon>
          </Tooltip>
        )
      }
    />
  );
}
