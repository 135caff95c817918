import ExactJSON

/// What a draft says, before it is written as YAML.
///
/// Every text in it is a template already: braces that mean themselves are doubled (see ``Template/literal(_:)``).
struct Draft {
    /// Lines at the top of the file.
    var introduction: [String]
    var name: String
    var api = DraftAPI()
    var database: String?
    var variables: [DraftVariable] = []
    var actions: [DraftAction] = []
    var invariants: [InvariantSuggestion] = []
    var states: StatesSuggestion?
    /// What is said on the terminal beside what the parts say themselves.
    var notes: [String] = []

    /// All of it that is for the terminal, each sentence once.
    var allNotes: [String] {
        var seen: Set<String> = []
        let all = api.notes + actions.flatMap(\.notes) + notes
        return all.filter { seen.insert($0).inserted }
    }

    /// The environment variables without a default in it.
    var environment: [String] {
        var names: [String] = []
        for match in text.matches(of: /(?:^|[^$])\$\{([A-Za-z_][A-Za-z0-9_]*)\}/) {
            let name = String(match.1)
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}

struct DraftAPI {
    var url: String?
    /// What to know about the URL.
    var urlComment: [String] = []
    var headers: [(name: String, value: String)] = []
    var authentication: DraftAuthentication?
    var start: [String] = []
    var health: String?
    /// For the terminal.
    var notes: [String] = []
}

/// `api.auth`; the values are templates over the environment.
enum DraftAuthentication {
    case bearer(String)
    case basic(user: String, password: String)
    case header(name: String, value: String)
}

/// A variable of the context.
struct DraftVariable {
    var name: String
    var initial: JSON = .null
    /// What is behind it, beside it in the file.
    var comment: String?
}

struct DraftAction {
    var name: String
    var comments: [String] = []
    /// For the terminal.
    var notes: [String] = []
    /// Why it can't be sent as it is: then it is written as a comment.
    var missing: String?
    var conditions: [String] = []
    var arguments: [DraftArgument] = []
    var method: String
    var path: String
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: DraftBody?
    /// The header that the key goes into.
    var idempotencyHeader: String?
    /// Whether the key may be left out: then it is a comment. An API that remembers the keys of refused requests changes
    /// something by each, which is a violation until the table of the keys is exempt.
    var isKeyOptional = false
    var accepted: [String] = []
    var refused: [String] = []
    var saved: [DraftSave] = []
    var assignments: [(name: String, expression: String)] = []
    var isAlwaysRefused = false
}

/// An argument and its domain. The only one of an action is `{value}` in its templates.
struct DraftArgument {
    var name: String
    var values: [JSON]
}

enum DraftBody {
    case json(JSON)
    case form([(name: String, value: String)])
    case multipart([(name: String, value: String, isFile: Bool)])
    case text(String, contentType: String)
}

struct DraftSave: Equatable {
    var variable: String
    /// Such as `$.id`.
    var path: String
    var isOptional = false
}

/// An invariant that is written as a comment.
struct InvariantSuggestion {
    var name: String
    /// The lines below the name, not indented.
    var lines: [String]
}

/// The diagram, written as a comment: a schema names states and no arrows.
struct StatesSuggestion {
    var variable: String
    var states: [String]
    /// Lines of `arrows`; what is not known in them stands as `?`.
    var arrows: [String]
}
