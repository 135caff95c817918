import ExactJSON
import ExplorationFiles

/// Makes a draft of requests that were sent: one action for requests that differ in a value or not at all.
struct RecordedDrafting {
    let recording: Recording
    let settings: DraftSettings
    let origin: String
    let requests: [RecordedRequest]
    let secrets: Secrets
    let identifiers: SeenIdentifiers

    init(_ recording: Recording, _ settings: DraftSettings) {
        self.recording = recording
        self.settings = settings
        var counts: [String: Int] = [:]
        for request in recording.requests { counts[request.origin, default: 0] += 1 }
        let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        let origin = most?.key ?? ""
        self.origin = origin
        requests = recording.requests.filter { $0.origin == origin }
        secrets = Secrets(requests)
        identifiers = SeenIdentifiers(requests, hasAnswers: recording.hasAnswers)
    }

    func draft() -> Draft {
        var draft = Draft(
            introduction: [
                "yaml-language-server: $schema=exploration.schema.json",
                "A first draft, from \(recording.file). Explore it as it is, then say more: docs/exploration-files.md.",
            ], name: Templates.literal(host))
        draft.api = api()
        draft.database = settings.database
        var taken: Set<String> = []
        for group in groups() { draft.actions += actions(for: group, &taken) }
        declareVariables(of: &draft)
        draft.notes = recording.notes + ownNotes(draft)
        return draft
    }

    private var host: String { String(origin.drop { $0 != "/" }.drop { $0 == "/" }) }

    /// A token that was asked for by a request can be asked for again.
    private var tokenNote: String? {
        guard let header = requests.lazy.compactMap({ $0.header("authorization") }).first,
            let token = header.split(separator: " ").last.map(String.init)
        else { return nil }
        for request in requests {
            guard let answer = request.answer else { continue }
            let way = answer.leafWays().first { answer.value(at: $0[...])?.spelled == token }
            guard let way else { continue }
            let path = "/" + request.segments.joined(separator: "/")
            return
                "The token is what \(request.method) \(path) answered at \(JSONPathText.path(way)): auth.login can ask for it."
        }
        return nil
    }

    /// Requests with one signature, in the order of their first.
    private func groups() -> [[Int]] {
        var groups: [(signature: String, members: [Int])] = []
        for index in requests.indices {
            let signature = signature(of: index)
            if let known = groups.firstIndex(where: { $0.signature == signature }) {
                groups[known].members.append(index)
            } else {
                groups.append((signature, [index]))
            }
        }
        return groups.map(\.members)
    }

    private func signature(of index: Int) -> String {
        let request = requests[index]
        let query = request.query.map(\.name).joined(separator: ",")
        let kind =
            switch request.body {
            case .json(let json): json.leafWays().map { $0.joined(separator: "/") }.joined(separator: ",")
            case .form(let pairs): "form " + pairs.map(\.name).joined(separator: ",")
            case .multipart(let parts): "multipart " + parts.map(\.name).joined(separator: ",")
            case .text(let text, _): "text " + text
            case nil: ""
            }
        return "\(request.method) \(path(of: index)) ? \(query) : \(kind)"
    }

    func path(of index: Int) -> String {
        let segments = requests[index].segments.enumerated().map { place, segment in
            if let variable = identifiers.segments[index]?[place] { return "{\(variable)}" }
            if segment.contains(EnvironmentMark.open) { return Templates.literal(segment) }
            let hidden = secrets.template(segment)
            return hidden == Templates.literal(segment) ? Templates.literal(segment.percentEncoded) : hidden
        }
        return "/" + segments.joined(separator: "/")
    }

    private func declareVariables(of draft: inout Draft) {
        for action in draft.actions {
            for save in action.saved where !draft.variables.contains(where: { $0.name == save.variable }) {
                draft.variables.append(DraftVariable(name: save.variable, comment: "from \(action.name)"))
            }
            for assignment in action.assignments where !draft.variables.contains(where: { $0.name == assignment.name })
            {
                draft.variables.append(
                    DraftVariable(name: assignment.name, initial: 0, comment: "so that there is an end to it"))
            }
        }
    }

    private func ownNotes(_ draft: Draft) -> [String] {
        var notes: [String] = []
        let others = recording.requests.count - requests.count
        if others > 0 { notes.append("Passed over: \(others) to other servers than \(origin).") }
        notes += settings.databaseNotes
        if !recording.hasAnswers {
            notes.append("Could not tell what the API answers: ids are taken from $.id where the paths need one.")
        }
        if let token = tokenNote { notes.append(token) }
        notes.append("Could not tell what must hold: write invariants, and the states of what you explore.")
        return notes
    }
}

extension RecordedDrafting {
    private func api() -> DraftAPI {
        var api = DraftAPI()
        api.start = settings.start
        if let url = settings.url {
            api.url = settings.urlTemplate(url)
        } else if !settings.start.isEmpty {
            api.url = nil
        } else if origin.isLoopbackURL {
            api.url = Templates.literal(origin)
        } else {
            api.url = "http://127.0.0.1:8080"
            api.urlComment = [
                "Could not tell where the test instance is; the requests went to \(Templates.literal(origin))."
            ]
            api.notes = [
                "Could not tell where the test instance is: the requests went to \(Templates.literal(origin)). The draft has "
                    + "http://127.0.0.1:8080; give --url or change it."
            ]
        }
        addAuthentication(to: &api)
        return api
    }

    /// What requests carry to be let in, from the environment.
    private func addAuthentication(to api: inout DraftAPI) {
        if let user = requests.lazy.compactMap(\.user).first {
            api.authentication = .basic(
                user: secrets.template(user.name, named: "auth"),
                password: secrets.template(user.password, named: "auth"))
        }
        for request in requests {
            for header in request.headers where Secrets.isSecret(header) {
                addSecret(header, to: &api)
            }
        }
    }

    private func addSecret(_ header: (name: String, value: String), to api: inout DraftAPI) {
        let sides = header.value.split(separator: " ", maxSplits: 1).map(String.init)
        if header.name.lowercased() == "authorization", sides.count == 2 {
            guard api.authentication == nil else { return }
            if sides[0].lowercased() == "bearer" {
                api.authentication = .bearer(secrets.template(sides[1], named: "token"))
            } else if sides[0].lowercased() == "basic", let pair = Secrets.basic(sides[1]) {
                api.authentication = .basic(
                    user: secrets.template(pair.user, named: "auth"),
                    password: secrets.template(pair.password, named: "auth"))
            } else {
                api.authentication = .header(
                    name: header.name, value: "\(sides[0]) " + secrets.template(sides[1], named: "token"))
            }
            return
        }
        guard !api.headers.contains(where: { $0.name.lowercased() == header.name.lowercased() }) else { return }
        api.headers.append((header.name, secrets.template(header.value, named: header.name)))
    }
}

extension JSON {
    /// The ways to its leaves.
    func leafWays() -> [[String]] {
        var ways: [[String]] = []
        collectWays([], &ways)
        return ways
    }

    private func collectWays(_ way: [String], _ ways: inout [[String]]) {
        guard ways.count < 200, way.count < 10 else { return }
        switch self {
        case .object(let members): for member in members { member.value.collectWays(way + [member.name], &ways) }
        case .array(let elements):
            for (place, element) in elements.enumerated() { element.collectWays(way + [String(place)], &ways) }
        case .null, .bool, .number, .string: ways.append(way)
        }
    }
}
