package web

// What the tests of this package see of it.
var IsBot = isBot
