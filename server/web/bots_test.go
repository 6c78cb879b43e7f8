package web_test

import (
	"testing"

	"github.com/leadiumx/consent/server/web"
)

func TestOnlyWhoNamesItselfAProgramIsOne(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]bool{
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                   true,
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/140.0.0.0 Safari/537.36": true,
		"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)":                                           true,
		"facebookexternalhit/1.1": true,
		"Chrome-Lighthouse":       true,
		"DuckDuckBot":             true,
		"Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)":                                       true,
		"Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36":                       false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":           false,
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36":             false,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1": false,
		"bottom-line/1.0":    false,
		"Go-http-client/1.1": false,
		"":                   false,
	} {
		if got := web.IsBot(agent); got != want {
			t.Errorf("%q: %v", agent, got)
		}
	}
}

func FuzzBot(f *testing.F) {
	f.Add("bot")
	f.Add("cubot bot")
	f.Fuzz(func(_ *testing.T, agent string) { web.IsBot(agent) })
}
