package consent

// Features are parts of the script. What a site leaves out costs its visitors
// no byte.
type Features struct {
	// ConsentMode drives Google Consent Mode v2.
	ConsentMode bool `json:"consent_mode"`
	// CookieWrites blocks writes of declared cookies until their purpose is granted.
	CookieWrites bool `json:"cookie_writes"`
	// Google says how Consent Mode speaks; nil is the plain form.
	Google *Google `json:"google,omitempty"`
	// UET tells Microsoft Advertising, Clarity Microsoft Clarity, Meta the Meta
	// pixel and WordPress the WP Consent API.
	UET       bool `json:"uet,omitempty"`
	Clarity   bool `json:"clarity,omitempty"`
	Meta      bool `json:"meta,omitempty"`
	WordPress bool `json:"wordpress,omitempty"`
}

// Google are the options of Consent Mode.
type Google struct {
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
