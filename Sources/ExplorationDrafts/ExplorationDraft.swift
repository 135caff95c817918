import ExplorationFiles

/// A first exploration file, written from what already describes the API, for a person to go on with.
///
/// It can be explored as it is. What could not be told from the source stands as a comment at its place and in ``notes``.
public struct ExplorationDraft: Sendable {
    /// The exploration file.
    public let text: String
    /// What could not be told, and what the person should know before exploring: sentences.
    public let notes: [String]
    /// The environment variables that the file takes secrets from, to be set before it is explored.
    public let environment: [String]

    /// Drafts from an OpenAPI 3.0 or 3.1 document, in YAML or JSON.
    /// - Parameter file: names the document in errors and in the draft.
    /// - Throws: ``FileError`` for what is no such document.
    public init(openAPI text: String, file: String, settings: DraftSettings = DraftSettings()) throws(FileError) {
        let document = try OpenAPIDocument(parsing: text.withoutMarks, file: file)
        self.init(try OpenAPIDrafting(document, settings).draft())
    }

    /// Drafts from requests that a browser or a proxy has recorded: an HTTP archive (HAR 1.2).
    /// - Throws: ``FileError`` for what is no such archive, or has no request to an API in it.
    public init(archive text: String, file: String, settings: DraftSettings = DraftSettings()) throws(FileError) {
        let recording = try HTTPArchive(parsing: text.withoutMarks, file: file).recording()
        self.init(RecordedDrafting(recording, settings).draft())
    }

    /// Drafts from a list of `curl` commands, as in a shell script or a README.
    /// - Throws: ``FileError`` for quotes that are not closed, and where no command is one of `curl`.
    public init(curlCommands text: String, file: String, settings: DraftSettings = DraftSettings()) throws(FileError) {
        let recording = try CurlCommands(parsing: text.withoutMarks, file: file).recording()
        self.init(RecordedDrafting(recording, settings).draft())
    }

    /// The smallest useful file, with comments that say what comes next.
    public init(template settings: DraftSettings) {
        self.init(text: templateText(settings), notes: [], environment: [])
    }

    private init(text: String, notes: [String], environment: [String]) {
        self.text = text
        self.notes = notes
        self.environment = environment
    }

    init(_ draft: Draft) {
        self.init(text: draft.text, notes: draft.allNotes, environment: draft.environment)
    }
}

/// What the person said on the command line or when asked; it comes before what the source says.
public struct DraftSettings: Sendable {
    /// The API's base URL.
    public var url: String?
    /// A SQLite file, or the URL of a PostgreSQL database.
    public var database: String?
    /// How to start the API: a program and its arguments, with `{port}` and `{database}`. It is run without a shell.
    public var start: [String] = []

    public init(url: String? = nil, database: String? = nil, start: [String] = []) {
        self.url = url
        self.database = database
        self.start = start
    }

    /// What is said of a draft when nobody has named a database.
    var databaseNotes: [String] {
        if database != nil { return [] }
        return [
            "Nothing is rewound yet: say which test database the API uses, in systems or by --database FILE-OR-URL."
        ]
    }

    /// With `{port}` meant where the API is started.
    func urlTemplate(_ url: String) -> String {
        let literal = Templates.literal(url)
        return start.isEmpty ? literal : literal.replacing("{{port}}", with: "{port}")
    }

    /// The words of a command line, as a shell takes them apart.
    /// - Returns: `nil` when a quote is not closed.
    public static func words(of command: String) -> [String]? {
        var reader = ShellReader(command)
        guard let commands = try? reader.commands(file: "") else { return nil }
        // Braces stay: {port} and {database} are meant.
        return commands.flatMap(\.words).map { word in
            word.text.replacing(String(EnvironmentMark.open), with: "${").replacing(
                String(EnvironmentMark.close), with: "}")
        }
    }
}
