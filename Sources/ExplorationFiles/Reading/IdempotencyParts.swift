extension IdempotencyPart {
    init(_ node: LocatedNode) {
        self.init(position: node.position)
        profile = node["profile"].map { IdempotencyProfilePart($0) }
        operation = node["operation"].flatMap { RequestPart($0) }
        before = Self.steps(node["before"])
        otherBody = node["other_body"]?.templatedValue
        otherEndpoint = node["other_endpoint"].flatMap { RequestPart($0) }
        invalid = node["invalid"].flatMap { RequestPart($0) }
        refused = node["refused"].flatMap { Refused($0) }
        effects = node["effects"].flatMap { Effects($0) }
        read = node["read"].flatMap { RequestPart($0) }
        otherAccount = node["other_account"]?.templates ?? []
        compensation = Self.steps(node["compensation"])
        isGuarded = node["guarded"]?.isTrue ?? false
        requiresKey = node["key"]?.text.map { $0.value == "required" }
        header = node["header"]?.text?.value
        clock = node["clock"].flatMap { RequestPart($0) }
        lockMilliseconds = node["lock"]?.milliseconds?.value
        for name in IdempotencyFormat.faultNames {
            faults[name] = node["faults"]?[name].flatMap { RequestPart($0) }
        }
        crashes =
            node["faults"]?["crash"]?.entries.compactMap { entry in
                RequestPart(entry.value).map { (entry.key.value, $0) }
            } ?? []
        downstream = node["downstream"].flatMap { Downstream($0) }
        parallelism = node["parallel"]?.number(Int.self)?.value
        rounds = node["rounds"]?.number(Int.self)?.value
    }

    fileprivate static func steps(_ node: LocatedNode?) -> Steps {
        node?.elements.compactMap { RequestPart($0) } ?? []
    }

    /// All its requests, with the names that each may use beside those that are saved.
    var requests: [(request: RequestPart, names: [String])] {
        let one = [operation, otherEndpoint, invalid, refused?.request, read].compactMap(\.self)
        let several = before + (refused?.before ?? []) + (refused?.remedy ?? []) + compensation
        let controls = Array(faults.values) + crashes.map(\.request)
        return (one + several + controls).map { ($0, []) } + [clock].compactMap(\.self).map { ($0, ["seconds"]) }
    }
}

extension IdempotencyPart.Refused {
    fileprivate init?(_ node: LocatedNode) {
        guard let request = node["request"].flatMap({ RequestPart($0) }) else { return nil }
        self.init(
            request: request, before: node["before"].map { IdempotencyPart.steps($0) },
            remedy: IdempotencyPart.steps(node["remedy"]))
    }
}

extension IdempotencyPart.Effects {
    fileprivate init?(_ node: LocatedNode) {
        if let query = node["sql"]?.text {
            self = .query(query)
        } else if let path = node["GET"]?.template {
            self = .answer(path: path, at: node["at"]?.path)
        } else {
            return nil
        }
    }
}

extension IdempotencyPart.Downstream {
    fileprivate init?(_ node: LocatedNode) {
        guard let sandbox = node["sandbox"]?.template, let call = node["call"]?.text else { return nil }
        self.init(sandbox: sandbox, call: call.value, allowsAnotherAttempt: node["another_attempt"]?.isTrue ?? true)
    }
}

extension IdempotencyProfilePart {
    init(_ node: LocatedNode) {
        self.init(named: (node["extends"] ?? node).text?.value ?? "")
        name = node["name"]?.text?.value
        header = node["header"]?.text?.value
        spelling = node["spelling"]?.text?.value
        longest = node["longest"]?.number(Int.self)?.value
        shortest = node["shortest"]?.number(Int.self)?.value
        lifeSeconds = node["life"]?.number(Int.self)?.value
        mark = node["mark"]?.entries.first.flatMap { entry in entry.value.text.map { (entry.key.value, $0.value) } }
        expectations =
            node["expect"]?.entries.compactMap { entry in
                guard let check = Int(entry.key.value), let text = entry.value.text,
                    let expectation = Expectation(parsing: text.value)
                else { return nil }
                return (check, expectation)
            } ?? []
    }

    /// What is wrong with the numbers of checks and what is expected of them.
    static func problems(in node: LocatedNode) -> [FileError] {
        node["expect"]?.entries.flatMap { entry -> [FileError] in
            var errors: [FileError] = []
            if !(1...28).contains(Int(entry.key.value) ?? 0) {
                errors.append(
                    FileError("Checks have the numbers 1 to 28, not “\(entry.key.value)”.", at: entry.key.position))
            }
            if let text = entry.value.text, Expectation(parsing: text.value) == nil {
                let words = ["refused", "replayed", "executed", "accepted", "holds", "not applicable"]
                errors.append(
                    FileError(
                        "Expected refused, refused 409, replayed, executed, accepted, holds or not applicable: REASON, "
                            + "and not “\(text.value)”." + Suggestion.sentence(for: text.value, among: words),
                        at: text.position))
            }
            return errors
        } ?? []
    }
}

extension IdempotencyProfilePart.Expectation {
    /// Reads `refused 409`, `replayed`, `not applicable: the API has no accounts`; `nil` when it is none of these.
    init?(parsing text: String) {
        switch text {
        case "refused": self = .refused(400...499)
        case "replayed": self = .replayed
        case "executed": self = .executed
        case "accepted": self = .accepted
        case "holds": self = .holds
        case "not applicable": self = .notApplicable("the profile says so")
        default:
            if let match = text.wholeMatch(of: /refused ([45][0-9][0-9])/), let status = Int(match.1) {
                self = .refused(status...status)
            } else if let match = text.wholeMatch(of: /not applicable: *(.+)/) {
                self = .notApplicable(String(match.1))
            } else {
                return nil
            }
        }
    }
}
