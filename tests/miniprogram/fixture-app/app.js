App({ launched: [], onLaunch(options) { this.launched.push(options.path) } })
