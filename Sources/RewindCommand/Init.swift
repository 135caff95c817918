import ArgumentParser
import ExplorationDrafts
import ExplorationFiles
import Foundation

/// `rewind init`
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a first exploration file, from what describes the API already.",
        discussion: """
            The draft can be explored as it is. What could not be told is said here and stands as a comment at its place.
            Without a source it asks a few questions, or writes a commented template when nobody is there to answer.

                rewind init --openapi openapi.yaml --database orders-test.sqlite \\
                    --start "python3 server.py --port {port} --database {database}"
                rewind init --har session.har
                rewind init --curl requests.sh --output checkout.yaml
                rewind explore
            """)

    @Option(
        name: .customLong("openapi"), help: ArgumentHelp("An OpenAPI 3.0 or 3.1 document.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var openAPI: String?

    @Option(
        help: ArgumentHelp("Requests that a browser recorded: an HTTP archive.", valueName: "file"),
        completion: .file(extensions: ["har"]))
    var har: String?

    @Option(help: ArgumentHelp("A list of curl commands.", valueName: "file"), completion: .file())
    var curl: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write, or - for the terminal.", valueName: "file"))
    var output = Self.usualOutput

    /// What other commands look for when no file is given.
    static let usualOutput = "exploration.yaml"

    @Option(help: ArgumentHelp("Where the API is.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "The API's test database: a SQLite file, or the URL of a PostgreSQL database.", valueName: "file-or-url"),
        completion: .file())
    var database: String?

    @Option(
        help: ArgumentHelp(
            "How to start the API, without a shell: {port} is a free port, {database} the database.",
            valueName: "command"))
    var start: String?

    @Flag(help: "Write over a file that is there.")
    var force = false

    func validate() throws {
        if [openAPI, har, curl].compactMap({ $0 }).count > 1 {
            throw ValidationError("Give one of --openapi, --har and --curl.")
        }
        if let start, DraftSettings.words(of: start)?.isEmpty != false {
            throw ValidationError("--start must be a command; a quote in it may be open: \(start)")
        }
        if let url, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            throw ValidationError("--url begins with http:// or https://; this is \(url).")
        }
    }

    func run() throws {
        // Before any question is asked: the answers would be for nothing.
        try checkOutput()
        let draft: ExplorationDraft
        do {
            draft = try drafted()
        } catch let error as FileError {
            Terminal.note(error.description)
            throw ExitCode.notDecided
        }
        try write(draft.text)
        let hasSchema = wroteSchema()
        say(draft, besides: hasSchema ? Self.schemaName : nil)
    }

    private func checkOutput() throws {
        guard output != "-", !force, FileManager.default.fileExists(atPath: output) else { return }
        Terminal.note("\(output) is there already. Give another --output, or --force to write over it.")
        throw ExitCode.notDecided
    }

    private func drafted() throws -> ExplorationDraft {
        if let openAPI { return try ExplorationDraft(openAPI: try read(openAPI), file: openAPI, settings: settings) }
        if let har { return try ExplorationDraft(archive: try read(har), file: har, settings: settings) }
        if let curl { return try ExplorationDraft(curlCommands: try read(curl), file: curl, settings: settings) }
        guard Terminal.canAsk, settings.isEmpty else { return ExplorationDraft(template: settings) }
        return try DraftQuestions().draft()
    }

    private var settings: DraftSettings {
        DraftSettings(
            url: url, database: database.map(seenFromOutput), start: start.flatMap(DraftSettings.words) ?? [])
    }

    /// A database file is looked for beside the exploration file, which may be written elsewhere than here.
    private func seenFromOutput(_ database: String) -> String {
        let isHere = output == "-" || !output.contains("/")
        if isHere || database.contains("://") || database.hasPrefix("/") { return database }
        return URL(fileURLWithPath: database).path
    }

    private func read(_ path: String) throws -> String { try DraftSource.text(of: path) }

    private func write(_ text: String) throws {
        guard output != "-" else { return Terminal.result(text) }
        do {
            // Without --force a file that came meanwhile stays as well.
            let options: Data.WritingOptions = force ? .atomic : .withoutOverwriting
            try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: options)
        } catch {
            Terminal.note("\(output) can't be written: \(error.localizedDescription)")
            throw ExitCode.notDecided
        }
    }

    /// What a draft's first line names for editors, which look for it beside the draft.
    private static let schemaName = "exploration.schema.json"

    /// Writes the schema, or writes it anew where another version's is. A draft is as good without it.
    private func wroteSchema() -> Bool {
        guard output != "-" else { return false }
        let file = URL(fileURLWithPath: output).deletingLastPathComponent().appendingPathComponent(Self.schemaName)
        let schema = Data(ExplorationFile.jsonSchema.utf8)
        if (try? Data(contentsOf: file)) == schema { return false }
        return (try? schema.write(to: file, options: .atomic)) != nil
    }

    /// To standard error: with `--output -` the draft itself goes to standard output.
    private func say(_ draft: ExplorationDraft, besides schema: String?) {
        for note in draft.notes { Terminal.note("- \(note)") }
        if !draft.environment.isEmpty {
            Terminal.note("Set in the environment before you explore: \(draft.environment.joined(separator: ", ")).")
        }
        if let schema { Terminal.note("Wrote \(schema), by which an editor completes and checks the file.") }
        if output != "-" { Terminal.note("Wrote \(output). Next: rewind explore \(output)") }
    }
}

extension DraftSettings {
    fileprivate var isEmpty: Bool { url == nil && database == nil && start.isEmpty }
}

/// A file that a draft is made from.
enum DraftSource {
    /// - Throws: `ExitCode` after saying what is wrong.
    static func text(of path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            Terminal.note("There is no file \(path).")
            throw ExitCode.notDecided
        }
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            guard let text = String(validating: data, as: UTF8.self) else {
                Terminal.note("\(path) is no text in UTF-8.")
                throw ExitCode.notDecided
            }
            return text
        } catch let error as CocoaError {
            Terminal.note("\(path) can't be read: \(error.localizedDescription)")
            throw ExitCode.notDecided
        }
    }
}

/// Asks the person at the terminal what a draft needs to know. An empty answer means that it is not known.
struct DraftQuestions {
    func draft() throws -> ExplorationDraft {
        let spec = ask("Where is the API's OpenAPI document?", or: "there is none")
        let database = ask("Which test database does it use: a SQLite file, or postgresql://…?", or: "not known")
        let start = ask("What starts the API, such as node server.js --port {port}?", or: "it is running")
        let url =
            start == nil ? ask("Where does it run?", or: spec == nil ? "http://127.0.0.1:8080" : "as it says") : nil
        guard let words = start.map(DraftSettings.words) ?? [] else {
            Terminal.note("A quote in the command is not closed: \(start ?? "")")
            throw ExitCode.notDecided
        }
        let settings = DraftSettings(url: url, database: database, start: words)
        guard let spec else { return ExplorationDraft(template: settings) }
        return try ExplorationDraft(openAPI: try DraftSource.text(of: spec), file: spec, settings: settings)
    }

    private func ask(_ question: String, or unanswered: String) -> String? {
        Terminal.ask("\(question) [\(unanswered)] ")
    }
}
