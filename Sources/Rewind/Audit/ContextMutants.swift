/// What the tester knows, altered in one property.
struct ContextMutant<Context: ExplorationContext>: Sendable {
    let context: Context
    /// Such as “changed what the tester knows, refunded from 0 to 1”.
    let what: String
}

/// Makes mutants of contexts: each property near what it is, and as it was in other states.
struct ContextMutants<Context: ExplorationContext>: Sendable {
    private var seen: [[String]: [ContextValue]] = [:]

    private static var valuesOfOne: Int { 12 }
    private static var states: Int { 5_000 }

    init(seenIn contexts: [Context]) {
        for context in contexts.prefix(Self.states) {
            guard let value = try? ContextValue(context) else { continue }
            for path in value.leaves { if let leaf = value[path[...]] { add(leaf, at: path) } }
        }
    }

    private mutating func add(_ leaf: ContextValue, at path: [String]) {
        let known = seen[path, default: []]
        if leaf != .null && known.count < Self.valuesOfOne && !known.contains(leaf) { seen[path] = known + [leaf] }
    }

    /// All mutants of a context that its type takes.
    ///
    /// What is not set stays so, and what is set stays set, but for contexts of names: checks written in Swift may
    /// rely on one property being set when another is.
    func all(of context: Context) -> [ContextMutant<Context>] {
        guard let value = try? ContextValue(context) else { return [] }
        var mutants: [ContextMutant<Context>] = []
        for path in paths(in: value) {
            let old = value[path[...]] ?? .null
            for new in alternatives(to: old, at: path) {
                guard let altered = put(new, at: path, into: value, like: context), altered != context else { continue }
                let name = path.joined(separator: ".")
                let what = "changed what the tester knows, \(name) from \(shown(old, name)) to \(shown(new, name))"
                mutants.append(ContextMutant(context: altered, what: what))
            }
        }
        return mutants
    }

    private func paths(in value: ContextValue) -> [[String]] {
        let leaves = value.leaves
        guard Context.self is any ContextOfNames.Type else { return leaves }
        let more = seen.keys.filter { $0.count == 1 && !leaves.contains($0) }
        return leaves + more.sorted { $0[0] < $1[0] }
    }

    private func put(
        _ new: ContextValue, at path: [String], into value: ContextValue, like context: Context
    ) -> Context? {
        let altered = value.replacing(path[...], by: new == .null ? nil : new)
        guard let decoded = try? altered.decoded(as: Context.self) else { return nil }
        guard let form = context as? any ContextOfNames else { return decoded }
        return Self.taken(decoded, by: form)
    }

    private static func taken<Form: ContextOfNames>(_ decoded: Context, by form: Form) -> Context? {
        (decoded as? Form).map { form.taking($0) } as? Context
    }

    private func alternatives(to value: ContextValue, at path: [String]) -> [ContextValue] {
        let others = (seen[path] ?? []).filter { $0 != value }
        var found: [ContextValue]
        switch value {
        case .bool(let truth): found = [.bool(!truth)]
        case .integer(let number):
            found = ContentMutants.numbers(besides: number).map(ContextValue.integer) + others.prefix(6)
        case .real(let number): found = [.real(number + 1), .real(-number)] + others.prefix(4)
        case .text(let text):
            found = Array(others.prefix(8))
            if let decimals = ContentMutants.decimals(besides: text) { found += decimals.map(ContextValue.text) }
            found.append(.text(""))
        case .null: found = Array(others.prefix(4))
        case .unsigned, .list, .object: found = Array(others.prefix(4))
        }
        if value != .null && path.count == 1 && Context.self is any ContextOfNames.Type { found.append(.null) }
        var distinct: [ContextValue] = []
        for other in found where other != value && !distinct.contains(other) { distinct.append(other) }
        return distinct
    }

    private func shown(_ value: ContextValue, _ name: String) -> String {
        let text =
            switch value {
            case .null: "nothing"
            case .bool(let truth): String(truth)
            case .integer(let number): String(number)
            case .unsigned(let number): String(number)
            case .real(let number): String(number)
            case .text(let text): AuditText.quoted(text)
            case .list(let elements): "\(elements.count) elements"
            case .object(let members): "\(members.count) properties"
            }
        return Redaction.standard.value(text, named: name)
    }
}
