import {
  ActionIcon,
  Anchor,
  Center,
  Group,
  Loader,
  Stack,
  Text,
  Title,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconLogout2, IconMoon, IconSun } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { api } from "./api";
import { sessionKey } from "./session";
import { Wordmark } from "./wordmark";

/** The bar on top of every page: where one is, what one can do. */
export function TopBar({ where, children }: { where?: ReactNode; children?: ReactNode }) {
  return (
    <header className="topbar">
      <Group gap="sm" wrap="nowrap" className="topbar-where">
        <Link href="/" className="home" aria-label="LeadiumX Consent, all sites">
          <Wordmark />
        </Link>
        {where}
      </Group>
      <Group gap="xs" wrap="nowrap">
        {children}
        <span className="everywhere">
          <SchemeToggle />
          <SignOut />
        </span>
      </Group>
    </header>
  );
}

function SignOut() {
  const client = useQueryClient();
  return (
    <Tooltip label="Sign out">
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Sign out"
        onClick={async () => {
          await api.signOut().catch(() => undefined);
          client.clear();
          await client.resetQueries({ queryKey: sessionKey });
          window.location.reload();
        }}
      >
        <IconLogout2 size={18} />
      </ActionIcon>
    </Tooltip>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme("light");
  const next = shown === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Use ${next} colours`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Use ${next} colours`}
        onClick={() => setColorScheme(next)}
      >
        {shown === "dark" ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

export function Waiting() {
  return (
    <Center mih="60vh" aria-busy="true">
      <Loader aria-label="Loading" />
    </Center>
  );
}

export function NotFound() {
  return (
    <>
      <TopBar />
      <Center mih="60vh" component="main">
        <Stack align="center" gap="xs">
          <Title order={1}>No such page</Title>
          <Text c="dimmed">The address may be mistyped, or the page has moved.</Text>
          <Anchor component={Link} href="/">
            Go to your sites
          </Anchor>
        </Stack>
      </Center>
    </>
  );
}
