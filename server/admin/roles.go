package admin

import "slices"

// Permission names what a route asks of its caller.
type Permission string

// The permissions, as `routes --json` lists them.
const (
	Public     Permission = "public"
	Visitor    Permission = "visitor"
	OwnSession Permission = "session"

	ReadSite      Permission = "site:read"
	WriteSite     Permission = "site:write"
	PublishSite   Permission = "site:publish"
	DeleteSite    Permission = "site:delete"
	ReadInsight   Permission = "insight:read"
	ReadRecords   Permission = "records:read"
	EraseRecords  Permission = "records:erase"
	ReadRequests  Permission = "requests:read"
	WriteRequests Permission = "requests:write"
	CheckAny      Permission = "check"

	ReadTenant   Permission = "tenant:read"
	WriteTenant  Permission = "tenant:write"
	OwnTenant    Permission = "tenant:own"
	ReadMembers  Permission = "members:read"
	WriteMembers Permission = "members:write"
	ReadKeys     Permission = "keys:read"
	WriteKeys    Permission = "keys:write"
	ReadHooks    Permission = "hooks:read"
	WriteHooks   Permission = "hooks:write"
	ReadAudit    Permission = "audit:read"

	// ManageInstall is held by who owns the installation: the operator's token,
	// the setup link and the first owner.
	ManageInstall Permission = "install"
)

// Role is a named set of permissions.
type Role string

// The roles, from the most to the least.
const (
	Owner     Role = "owner"
	Admin     Role = "admin"
	Publisher Role = "publisher"
	Editor    Role = "editor"
	Analyst   Role = "analyst"
	Auditor   Role = "auditor"
)

// Roles lists every role.
func Roles() []Role { return []Role{Owner, Admin, Publisher, Editor, Analyst, Auditor} }

// holders is the one table of who may do what. A permission that is not named
// in it belongs to nobody.
func holders() map[Permission][]Role {
	all := Roles()
	return map[Permission][]Role{
		ReadSite:      all,
		WriteSite:     {Owner, Admin, Publisher, Editor},
		PublishSite:   {Owner, Admin, Publisher},
		DeleteSite:    {Owner, Admin},
		ReadInsight:   all,
		ReadRecords:   {Owner, Admin, Auditor},
		EraseRecords:  {Owner, Admin},
		ReadRequests:  {Owner, Admin, Auditor},
		WriteRequests: {Owner, Admin},
		CheckAny:      {Owner, Admin},

		ReadTenant:   all,
		WriteTenant:  {Owner, Admin},
		OwnTenant:    {Owner},
		ReadMembers:  {Owner, Admin, Auditor},
		WriteMembers: {Owner, Admin},
		ReadKeys:     {Owner, Admin, Auditor},
		WriteKeys:    {Owner, Admin},
		ReadHooks:    {Owner, Admin, Auditor},
		WriteHooks:   {Owner, Admin},
		ReadAudit:    {Owner, Admin, Auditor},
	}
}

// ofSites are the permissions that can be held for single sites.
func ofSites() []Permission {
	return []Permission{ReadSite, WriteSite, PublishSite, DeleteSite, ReadInsight, ReadRecords, EraseRecords, ReadRequests, WriteRequests, CheckAny}
}

// Permissions lists every permission that can be granted, in a fixed order.
func Permissions() []Permission {
	var list []Permission
	for p := range holders() {
		list = append(list, p)
	}
	slices.Sort(list)
	return list
}

// Permissions lists what a role may do; an unknown role may do nothing.
func (r Role) Permissions() []Permission {
	var list []Permission
	for p, roles := range holders() {
		if slices.Contains(roles, r) {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	return list
}

// onSite lists what a role may do when it is held for one site only.
func (r Role) onSite() []Permission {
	return slices.DeleteFunc(r.Permissions(), func(p Permission) bool { return !slices.Contains(ofSites(), p) })
}

// Confirmed reports whether a permission asks a person to have proved lately
// who they are: what it allows cannot be undone, or gives power away.
func (p Permission) Confirmed() bool {
	return slices.Contains([]Permission{DeleteSite, EraseRecords, WriteMembers, WriteKeys, OwnTenant}, p)
}
