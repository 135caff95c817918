/// Puts the parts of a file and its imports together.
struct Assembly {
    private(set) var file: ExplorationFile
    private(set) var names = DeclaredNames()
    private(set) var errors: [FileError] = []
    private var api: APIPart?
    private var idempotency: LocatedNode?
    /// Where each name of a kind stood first, by kind and name.
    private var places: [String: SourcePosition] = [:]

    init(_ documents: [Document], path: String) {
        file = ExplorationFile(
            path: path, api: APIPart(position: SourcePosition(file: path, line: 1, column: 1)))
        for document in documents { add(document.node) }
        if let part = file.idempotency, let idempotency {
            errors += IdempotencyFileCheck(part, actions: file.actions, systems: file.systems, node: idempotency).errors
        }
        if let api {
            file.api = api
        } else if !names.isIncomplete {
            errors.append(
                FileError(
                    "There is no “api”: say where it is with “url”, or how it starts with “start”.",
                    at: file.api.position))
        }
        if names.actions.isEmpty && !names.isIncomplete && file.idempotency == nil {
            errors.append(FileError("There is no action: there is nothing to try.", at: file.api.position))
        }
    }

    private mutating func add(_ node: LocatedNode) {
        names.add(node)
        file.name = node["name"]?.text ?? file.name
        if let part = node["api"], claim("api", Located("", at: part.position)) { api = APIPart(part) }
        for system in node["systems"]?.elements ?? [] { add(system: system) }
        for entry in node["context"]?.entries ?? [] where claim("variable", entry.key) {
            file.context.append(
                VariablePart(name: entry.key, initial: Located(entry.value.literal, at: entry.value.position)))
        }
        for entry in node["actions"]?.entries ?? [] where claim("action", entry.key) {
            file.actions.append(ActionPart(entry))
        }
        file.concurrent += node["concurrently"]?.elements.compactMap { ConcurrentPart($0) } ?? []
        for entry in node["invariants"]?.entries ?? [] where claim("invariant", entry.key) {
            if let invariant = InvariantPart(entry) { file.invariants.append(invariant) }
        }
        for entry in node["laws"]?.entries ?? [] where claim("law", entry.key) {
            if let law = LawPart(entry) { file.lawsSwitchedOff.append(law) }
        }
        if let part = node["identity"], claim("identity", Located("", at: part.position)) {
            file.identity = IdentityPart(part)
        }
        file.exemptTables += node["exempt"]?.texts ?? []
        if let part = node["limits"] { file.limits.override(with: LimitsPart(part)) }
        if let part = node["replay"], claim("replay", Located("", at: part.position)) {
            file.replay = ReplayPart(path: part["path"]?.texts ?? [], rule: part["rule"]?.text)
        }
        if let part = node["states"] { add(states: part) }
        if let part = node["idempotency"], claim("idempotency", Located("", at: part.position)) {
            file.idempotency = IdempotencyPart(part)
            idempotency = part
        }
    }

    private mutating func add(system node: LocatedNode) {
        guard var system = SystemPart(node) else { return }
        if system.name.value.isEmpty {
            if !file.systems.isEmpty {
                errors.append(
                    FileError("Only the first system may be without a “name”; this one needs it.", at: node.position))
                return
            }
            system.name.value = "db"
        }
        if claim("system", system.name) { file.systems.append(system) }
    }

    private mutating func add(states node: LocatedNode) {
        guard let variable = node["of"]?.text else { return }
        var arrows = node["arrows"].map { StatesPart.arrows(in: $0) } ?? []
        if let diagram = node["mermaid"] { arrows += self.arrows(in: diagram) }
        if let states = file.states, states.variable.value != variable.value {
            errors.append(
                FileError(
                    "The states are those of “\(states.variable.value)” already, at \(states.variable.position).",
                    at: variable.position))
            return
        }
        file.states = StatesPart(
            variable: file.states?.variable ?? variable, arrows: (file.states?.arrows ?? []) + arrows)
    }

    /// The diagram itself, or the one in the file that it names.
    private mutating func arrows(in node: LocatedNode) -> [ArrowPart] {
        guard var text = node.spelling, node.text != nil, !text.trimmed.characters.isEmpty else { return [] }
        if text.trimmed.string.hasSuffix(".mmd"), text.trimmed.firstIndex(of: "\n") == nil {
            let path = DocumentReader.path(of: text.trimmed.string, besides: node.position.file)
            do throws(FileError) {
                let bytes = try DocumentReader.bytes(of: path, at: node.position)
                text = SourceText(whole: try TextGuard.text(of: bytes, file: path), file: path)
            } catch {
                errors.append(error)
                return []
            }
        }
        let diagram = MermaidReader(text)
        errors += diagram.errors
        return diagram.arrows
    }

    /// Takes a name for the first that gives it; false, with an error, for others.
    private mutating func claim(_ kind: String, _ name: Located<String>) -> Bool {
        let key = "\(kind) \(name.value)"
        guard let first = places[key] else {
            places[key] = name.position
            return true
        }
        let what = name.value.isEmpty ? "“\(kind)”" : "The \(kind) “\(name.value)”"
        errors.append(FileError("\(what) stands at \(first) already.", at: name.position))
        return false
    }
}

/// The names that a file declares, whether or not what stands behind them could be understood.
struct DeclaredNames {
    private(set) var variables: [Located<String>] = []
    private var declared: Set<String> = []
    private(set) var actions: [Located<String>] = []
    /// Variables that some action saves or sets.
    private(set) var written: Set<String> = []
    private(set) var nullAtFirst: Set<String> = []

    /// Whether something stands where the names of actions and variables are expected that could not be understood.
    private(set) var isIncomplete = false

    var variableNames: [String] { variables.map(\.value) }

    func declares(_ variable: String) -> Bool { declared.contains(variable) }

    mutating func add(_ node: LocatedNode) {
        let sections = [node, node["context"], node["actions"]].compactMap { $0 }
        let hasStranger = node.entries.contains { FileFormat.file[$0.key.value] == nil }
        isIncomplete = isIncomplete || hasStranger || !sections.allSatisfy(\.isNothingOrMapping)
        for entry in node["context"]?.entries ?? [] {
            variables.append(entry.key)
            declared.insert(entry.key.value)
            if entry.value.isNothing { nullAtFirst.insert(entry.key.value) }
        }
        for entry in node["actions"]?.entries ?? [] {
            actions.append(entry.key)
            let action = entry.value
            for part in [action] + (action["requests"]?.elements ?? []) {
                written.formUnion(part["save"]?.entries.map(\.key.value) ?? [])
                written.formUnion(part["set"]?.entries.map(\.key.value) ?? [])
            }
        }
    }
}
