import ExactJSON
import ExplorationFiles
import Foundation

/// Makes a draft of an OpenAPI document.
struct OpenAPIDrafting {
    let document: OpenAPIDocument
    let settings: DraftSettings
    let operations: [Operation]
    let wiring: Wiring
    let statuses: [StatusField]
    let authentication: Authentication
    /// The amount that the first creation asks for: what is refunded is a part of it.
    private(set) var wholeAmount: String?

    init(_ document: OpenAPIDocument, _ settings: DraftSettings) throws(FileError) {
        self.document = document
        self.settings = settings
        operations = try document.operations()
        guard !operations.isEmpty else {
            let position = document.root["paths"]?.position ?? document.root.position
            throw FileError("The document has no operation, so there is nothing to send.", at: position)
        }
        wiring = try Wiring(document, operations)
        statuses = try wiring.statusFields()
        authentication = try Authentication(document, operations)
        wholeAmount = try Self.wholeAmount(wiring)
    }

    func draft() throws(FileError) -> Draft {
        let title = document.root["info"]?["title"]?.plainText ?? "draft"
        var draft = Draft(
            introduction: [
                "yaml-language-server: $schema=exploration.schema.json",
                "A first draft, from \(document.file). Explore it as it is, then say more: docs/exploration-files.md.",
            ], name: Templates.literal(title))
        draft.api = api()
        draft.database = settings.database
        var taken: Set<String> = []
        for index in operations.indices {
            let actions = try actions(for: index, taken: &taken)
            draft.actions += actions
        }
        try requireSomethingToSend(draft.actions)
        draft.actions = inOrderOfUse(draft.actions)
        try declareVariables(of: &draft)
        draft.invariants = try suggestions()
        draft.states = try statesSuggestion(draft.actions)
        draft.notes = authentication.notes + (try ownNotes(draft))
        return draft
    }

    private func requireSomethingToSend(_ actions: [DraftAction]) throws(FileError) {
        guard let first = actions.first, actions.allSatisfy({ $0.missing != nil }) else { return }
        throw FileError(
            "No operation can be sent: each needs something that nobody gives. Of \(first.method) \(operations[0].path): "
                + "\(first.missing ?? "") An example of the parameter in the document will do.",
            at: operations[0].position)
    }

    /// Actions that were left out come last: what runs is read first.
    private func inOrderOfUse(_ actions: [DraftAction]) -> [DraftAction] {
        actions.filter { $0.missing == nil } + actions.filter { $0.missing != nil }
    }

    private static func wholeAmount(_ wiring: Wiring) throws(FileError) -> String? {
        for resource in wiring.resources {
            for index in resource.creators {
                guard let body = wiring.operations[index].body else { continue }
                var samples = SampleMaker(wiring.document)
                let value: JSON? =
                    if let example = body.examples.first { example.value } else if let schema = body.schema {
                        try samples.sample(schema, name: resource.name)
                    } else { nil }
                guard let value else { continue }
                let amount = try wiring.document.leaves(of: value, schema: body.schema).first { $0.isAmount }
                if let amount { return amount.value.spelled }
            }
        }
        return nil
    }

    private func declareVariables(of draft: inout Draft) throws(FileError) {
        let sent = draft.actions.filter { $0.missing == nil }
        var declared: [String] = []
        for name in sent.flatMap(\.saved).map(\.variable) where !declared.contains(name) { declared.append(name) }
        for name in declared {
            let maker = sent.first { action in action.saved.contains { $0.variable == name } }
            let states = statuses.first { $0.variable == name }?.states.joined(separator: ", ")
            draft.variables.append(DraftVariable(name: name, comment: states ?? maker.map { "from \($0.name)" }))
        }
        for action in sent {
            for assignment in action.assignments where !draft.variables.contains(where: { $0.name == assignment.name })
            {
                draft.variables.append(
                    DraftVariable(
                        name: assignment.name, initial: 0, comment: "so that there is an end to it"))
            }
        }
    }

    private func ownNotes(_ draft: Draft) throws(FileError) -> [String] {
        var notes = settings.databaseNotes
        if statuses.isEmpty {
            notes.append("Could not tell the states: no created resource has a status with an enum in its schema.")
        } else {
            notes.append("Could not tell which action leads from which state to which; states is a suggestion.")
        }
        return notes
    }
}

extension OpenAPIDrafting {
    /// Where the API is. A server elsewhere is not taken from a document: an exploration belongs on a test instance.
    private func api() -> DraftAPI {
        var api = DraftAPI()
        api.start = settings.start
        api.authentication = authentication.part
        api.headers = authentication.headers
        api.health =
            operations.first { operation in
                operation.method == "GET" && !operation.path.contains("{")
                    && ["health", "healthz", "ready", "readyz", "ping", "livez"].contains(operation.lastWord ?? "")
            }?.path
        let servers = (document.root["servers"]?.elements ?? []).compactMap(serverURL)
        if let url = settings.url {
            api.url = settings.urlTemplate(url)
        } else if let local = servers.first(where: \.isLoopbackURL), settings.start.isEmpty {
            api.url = Templates.literal(local)
        } else {
            let path = servers.first?.pathOfURL ?? ""
            chooseURL(&api, path: path, elsewhere: servers.first { !$0.isLoopbackURL && $0.contains("://") })
        }
        return api
    }

    private func chooseURL(_ api: inout DraftAPI, path: String, elsewhere: String?) {
        if !settings.start.isEmpty {
            if !path.isEmpty { api.url = "http://127.0.0.1:{port}" + Templates.literal(path) }
            return
        }
        api.url = "http://127.0.0.1:8080" + Templates.literal(path)
        let reason =
            elsewhere.map { "Could not tell where the test instance is; the document names \($0)." }
            ?? "Could not tell where the API is: the document names no server."
        api.urlComment = [reason]
        api.notes = [reason + " The draft has http://127.0.0.1:8080; give --url or change it."]
    }

    /// With its variables at their defaults.
    private func serverURL(_ server: LocatedNode) -> String? {
        guard var url = server["url"]?.string else { return nil }
        for entry in server["variables"]?.entries ?? [] {
            guard let value = entry.value["default"]?.plainText else { continue }
            url = url.replacing("{\(entry.key.value)}", with: value)
        }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}

extension String {
    /// On this machine.
    var isLoopbackURL: Bool {
        guard let match = firstMatch(of: /^https?:\/\/(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(\/|$)/) else {
            return false
        }
        return match.range.lowerBound == startIndex
    }

    /// What stands behind the host.
    var pathOfURL: String {
        guard let host = range(of: "://") else { return hasPrefix("/") ? self : "" }
        let rest = self[host.upperBound...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? ""
    }
}

extension JSON {
    /// A number's digits or a text.
    var spelled: String? {
        switch self {
        case .number(let digits): digits
        case .string(let text): text
        default: nil
        }
    }
}
