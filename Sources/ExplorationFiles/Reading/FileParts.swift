import Rewind

extension APIPart {
    init(_ node: LocatedNode) {
        self.init(position: node.position)
        url = node["url"]?.template
        headers = node["headers"]?.templates ?? []
        timeoutMilliseconds = node["timeout"]?.milliseconds
        authentication = node["auth"].flatMap { AuthenticationPart($0) }
        start = node["start"].map { StartPart($0) }
    }
}

extension AuthenticationPart {
    fileprivate init?(_ node: LocatedNode) {
        if let token = node["bearer"]?.template {
            self = .bearer(token)
        } else if let basic = node["basic"], let user = basic["user"]?.template,
            let password = basic["password"]?.template
        {
            self = .basic(user: user, password: password)
        } else if let header = node["header"]?.templates.first {
            self = .header(name: header.name, value: header.value)
        } else if let login = node["login"], let request = RequestPart(login), let token = login["token"],
            let path = token.path
        {
            self = .login(
                request, token: Located(path, at: token.position),
                header: login["header"]?.text?.value ?? "Authorization",
                prefix: login["prefix"]?.text?.value ?? "Bearer ")
        } else {
            return nil
        }
    }
}

extension StartPart {
    fileprivate init(_ node: LocatedNode) {
        self.init(command: node["command"]?.elements.compactMap(\.template) ?? [], position: node.position)
        let prepared = node["prepare"]?.elements ?? []
        let isOneCommand = prepared.contains { $0.text != nil }
        prepare =
            isOneCommand ? [prepared.compactMap(\.template)] : prepared.map { $0.elements.compactMap(\.template) }
        directory = node["directory"]?.text
        environment = node["environment"]?.templates ?? []
        health = node["health"]?.text
        withinMilliseconds = node["within"]?.milliseconds
        log = node["log"]?.text
    }
}

extension SystemPart {
    init?(_ node: LocatedNode) {
        let kind: Kind
        if let file = node["sqlite"]?.text {
            kind = .sqlite(file)
        } else if let url = node["postgres"]?.text {
            kind = .postgres(url)
        } else {
            return nil
        }
        self.init(kind: kind, name: node["name"]?.text ?? Located("", at: node.position), position: node.position)
    }
}

extension ConcurrentPart {
    init?(_ node: LocatedNode) {
        let names = node["actions"] ?? node
        self.init(actions: names.elements.compactMap(\.text), position: node.position)
        condition = node["when"]?.expression
        rounds = node["rounds"]?.number(Int.self)
        places = node["places"]?.number(Int.self)
    }
}

extension IdentityPart {
    init(_ node: LocatedNode) {
        self.init(
            only: node["only"]?.texts ?? [], ignored: node["ignore"]?.texts ?? [],
            ignoredTables: node["ignore_tables"]?.texts ?? [], comparedAsIs: node["compare_as_is"]?.texts ?? [])
    }
}

extension LawPart {
    init?(_ entry: LocatedNode.Entry) {
        guard let reason = entry.value["off"]?.text else { return nil }
        self.init(name: entry.key, reason: reason.value)
    }
}

extension LimitsPart {
    init(_ node: LocatedNode) {
        self.init()
        steps = node["steps"]?.number(Int.self)
        depth = node["depth"]?.number(Int.self)
        milliseconds = node["time"]?.milliseconds
        violations = node["violations"]?.number(Int.self)
        rounds = node["rounds"]?.number(Int.self)
        strategy = node["strategy"]?.text.flatMap { text in
            Strategy(rawValue: text.value).map { Located($0, at: text.position) }
        }
        seed = node["seed"]?.number(UInt64.self)
        workers = node["workers"]?.number(Int.self)
    }

    /// What a file says counts more than what it imports.
    mutating func override(with other: LimitsPart) {
        steps = other.steps ?? steps
        depth = other.depth ?? depth
        milliseconds = other.milliseconds ?? milliseconds
        violations = other.violations ?? violations
        rounds = other.rounds ?? rounds
        strategy = other.strategy ?? strategy
        seed = other.seed ?? seed
        workers = other.workers ?? workers
    }
}

extension StatesPart {
    /// The arrows of a list, as far as they are arrows.
    static func arrows(in node: LocatedNode) -> [ArrowPart] {
        node.elements.flatMap(\.entries).compactMap { entry in
            guard let text = entry.value.spelling else { return nil }
            return try? ArrowPart(action: entry.key, parsing: text)
        }
    }
}
