import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconBook2, IconLogout2, IconMoon, IconSun, IconUser, IconUserCircle, IconWorld } from "@tabler/icons-react";
import { Link } from "wouter";
import { api } from "./api";
import { choose, language, languages, t } from "./i18n";
import { mainGoals } from "./nav";
import { useMay } from "./session";

/** What is the person's own: the account, the language, the colours, the way out. */
export function Person({ site }: { site?: string }) {
  const may = useMay();
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme("light");
  const next = shown === "dark" ? "light" : "dark";
  const leave = async () => {
    await api.signOut().catch(() => undefined);
    window.location.reload();
  };
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("Your account and settings")}>
          <IconUserCircle size={22} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} href="/account" leftSection={<IconUser size={16} />}>
          {t("Your account")}
        </Menu.Item>
        {site &&
          mainGoals(may)
            .slice(1)
            .map(({ href, label }) => (
              <Menu.Item key={href} component={Link} href={href}>
                {label}
              </Menu.Item>
            ))}
        <Menu.Item component="a" href="/dashboard/docs/index.html" leftSection={<IconBook2 size={16} />}>
          {t("Documents")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={shown === "dark" ? <IconSun size={16} /> : <IconMoon size={16} />}
          onClick={() => setColorScheme(next)}
        >
          {next === "dark" ? t("Use dark colours") : t("Use light colours")}
        </Menu.Item>
        <Menu.Label>
          <IconWorld size={14} className="menu-label-icon" /> {t("Language")}
        </Menu.Label>
        {languages.map(({ value, label }) => (
          <Menu.Item
            key={value}
            lang={value}
            fw={value === language() ? 650 : undefined}
            aria-current={value === language() ? "true" : undefined}
            onClick={() => choose(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout2 size={16} />} onClick={() => void leave()}>
          {t("Sign out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
