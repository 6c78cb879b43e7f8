package consent

// Features are parts of the script. What a site leaves out costs its visitors
// no byte.
type Features struct {
	// ConsentMode drives Google Consent Mode v2.
	ConsentMode bool `json:"consent_mode"`
	// CookieWrites blocks writes of declared cookies until their purpose is granted.
	CookieWrites bool `json:"cookie_writes"`
	// StorageWrites blocks writes of declared storage keys, and of declared
	// cookies through the Cookie Store API.
	StorageWrites bool `json:"storage_writes,omitempty"`
	// Network holds back what scripts load from, and send to, the hosts of
	// `rules` and vendors.
	Network bool `json:"network,omitempty"`
	// ReportOnly lets all of these go, and says what would have been held.
	ReportOnly bool `json:"report_only,omitempty"`
	// Debug opens the debug panel on pages whose address asks for it.
	Debug bool `json:"debug,omitempty"`
	// Google says how Consent Mode speaks; nil is the plain form.
	Google *Google `json:"google,omitempty"`
	// UET tells Microsoft Advertising, Clarity Microsoft Clarity, Meta the Meta
	// pixel and WordPress the WP Consent API.
	UET       bool `json:"uet,omitempty"`
	Clarity   bool `json:"clarity,omitempty"`
	Meta      bool `json:"meta,omitempty"`
	WordPress bool `json:"wordpress,omitempty"`
	// Insight counts how often the banner is shown and how it is answered, and
	// tells now and then the names of cookies that the site does not declare.
	// No identifier is made or sent.
	Insight bool `json:"insight,omitempty"`
	// Identify lets pages link the device to an account of the site.
	Identify bool `json:"identify,omitempty"`
}

// Google are the options of Consent Mode.
type Google struct {
	// Mode is basic or advanced. Basic, the default, holds the hosts of every
	// vendor; advanced lets those of vendors that read Consent Mode load.
	Mode string `json:"mode,omitempty" enum:"basic,advanced"`
	// WaitForUpdate is how many milliseconds tags wait for the visitor's choice.
	WaitForUpdate int `json:"wait_for_update,omitempty"`
	// URLPassthrough lets tags carry click ids in links.
	URLPassthrough bool `json:"url_passthrough,omitempty"`
	// AdsDataRedaction takes more out of ad requests while ad_storage is denied.
	AdsDataRedaction bool `json:"ads_data_redaction,omitempty"`
	// Regions are ISO codes of places that get defaults of their own: what law
	// and site let run there before a choice.
	Regions []string `json:"regions,omitempty"`
}

// MaxWait is the longest time in milliseconds that tags may wait for a choice.
const MaxWait = 5000

// MaxRegions bounds how many places have defaults of their own.
const MaxRegions = 60

// HostRule says what must be granted before scripts may load from a host, or
// send to it.
type HostRule struct {
	// Match is a host, or a host and a path. A leading "*." holds all
	// subdomains, a `*` in the path any characters; the query counts as part of
	// the path.
	Match   string `json:"match"`
	Purpose string `json:"purpose"`
	// Level names the level that is needed; empty means any grant.
	Level string `json:"level,omitempty"`
	// Vendor is whom a visitor may grant or refuse alone.
	Vendor string `json:"vendor,omitempty"`
}

// MaxRules bounds the rules of a site.
const MaxRules = 200
