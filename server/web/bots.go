package web

import "strings"

// botWords are how programs that visit pages on their own name themselves.
// Browsers that a program drives are not among them: that is how people look
// whether their own banner works, and what they decide they want to see counted.
func botWords() []string {
	return []string{
		"bot", "crawler", "crawling", "spider", "slurp", "archiver", "facebookexternalhit", "embedly", "mediapartners-google",
		"adsbot", "lighthouse", "pagespeed", "ptst", "pingdom", "uptime", "statuscake", "site24x7", "prerender", "googleother",
		"google-read-aloud", "google-inspectiontool", "bingpreview", "whatsapp", "skypeuripreview", "yandex.com/bots", "chatgpt-user",
		"claude-web", "perplexity", "bytespider", "petalbot", "ahrefs", "semrush", "screaming frog", "scrapy",
	}
}

// isBot reports whether a program says of itself that it is one. What it says
// is used for this and not kept.
func isBot(agent string) bool {
	agent = strings.ToLower(agent[:min(len(agent), 512)])
	for _, word := range botWords() {
		for rest := agent; ; {
			i := strings.Index(rest, word)
			if i < 0 {
				break
			}
			after := rest[i+len(word):]
			// "Cubot" makes telephones, and "bottom" is no robot.
			if !strings.HasSuffix(rest[:i], "cu") && (after == "" || after[0] < 'a' || after[0] > 'z') {
				return true
			}
			rest = after
		}
	}
	return false
}
