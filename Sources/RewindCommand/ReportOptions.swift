import ArgumentParser
import Foundation
import Orders
import Rewind
import RewindReport

/// The options of everything that explores and can write down what came of it.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Write the result as JSON (see docs/result-format.md).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var json: String?

    @Option(
        help: ArgumentHelp("Write the result as one HTML file to look at (see docs/report.md).", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var html: String?

    @Option(
        help: ArgumentHelp("Write the graph of states for Mermaid, up to 60 of them.", valueName: "file"),
        completion: .file(extensions: ["mmd"]))
    var mermaid: String?

    @Option(
        help: ArgumentHelp("Write the graph of states for Graphviz, up to 1,000 of them.", valueName: "file"),
        completion: .file(extensions: ["dot"]))
    var dot: String?

    @Option(
        help: ArgumentHelp("Write JUnit XML: a test case for each thing that was checked.", valueName: "file"),
        completion: .file(extensions: ["xml"]))
    var junit: String?

    @Option(
        help: ArgumentHelp("Write SARIF 2.1.0, with the lines at which rules are declared.", valueName: "file"),
        completion: .file(extensions: ["sarif"]))
    var sarif: String?

    @Option(
        help: ArgumentHelp(
            "Write a summary in Markdown; what $GITHUB_STEP_SUMMARY names is appended to.", valueName: "file"),
        completion: .file(extensions: ["md"]))
    var markdown: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Print GitHub annotations to standard output. (default: when GITHUB_ACTIONS is true)")
    var github: Bool?

    func validate() throws {
        for file in files where file.path.isEmpty {
            throw ValidationError(
                "\(file.option) needs the name of a file, and was given an empty one. Is the variable that holds it set?"
            )
        }
    }

    /// Whether GitHub's runner reads what is printed.
    var annotates: Bool { github ?? (ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true") }

    /// The options given, as they are written, such as `--json`.
    var given: [String] {
        files.map(\.option) + (github.map { [$0 ? "--github" : "--no-github"] } ?? [])
    }

    /// What a report is made of.
    struct Subject {
        let result: ExplorationResult
        let document: ResultDocument
        /// The name of the exploration.
        let exploration: String
        let redaction: Redaction
        /// Whether the run is in `.rewind`, so that `rewind replay` knows its counterexamples.
        let isKept: Bool
        var declarations = Declarations()
        /// With the run before, if that is known.
        var comparison: RunComparison?
        let origin: KeptRun.Origin
        let started: Date

        /// For the formats that are made of it.
        var summary: RunSummary {
            RunSummary(
                result, exploration: exploration, redaction: redaction, declarations: declarations, isKept: isKept,
                comparison: comparison)
        }

        /// What an HTML report says beside the result.
        var about: HTMLReport.About {
            var about = HTMLReport.About(exploration: exploration, title: exploration)
            about.isKept = isKept
            about.started = started
            about.version = ProgramVersion.number
            let words = KeptRun.commandLine(of: Array(CommandLine.arguments.dropFirst()))
            about.command = (["rewind"] + words).joined(separator: " ")
            switch origin {
            case .file(let path, _):
                about.file = URL(fileURLWithPath: path).lastPathComponent
            case .demo(let name, let bug):
                about.title = bug ?? name
                if name == ZooExploration.payments.rawValue { about.swift = ("payments", "Payments") }
            }
            return about
        }
    }

    /// One file that was asked for.
    private struct File {
        let option: String
        let path: String
        let content: (Subject) throws -> Data
    }

    /// Writes all files that were asked for.
    /// - Throws: `ExitCode` once it was said which could not be written; the others are written all the same.
    func write(_ subject: Subject) throws {
        var failure: (any Error)?
        for file in files {
            do {
                try write(try file.content(subject), to: file.path)
            } catch {
                Terminal.note("The result could not be written to \(file.path): \(error.localizedDescription)")
                failure = ExitCode.notDecided
            }
        }
        if let failure { throw failure }
    }

    /// GitHub's summary of a step is one file for all that the step runs.
    private func write(_ data: Data, to path: String) throws {
        let file = URL(fileURLWithPath: path)
        if path == ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"],
            let handle = try? FileHandle(forWritingTo: file)
        {
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: data)
        } else {
            try data.write(to: file, options: .atomic)
        }
    }

    /// Add a format by an option above and a line here.
    private var files: [File] {
        var files: [File] = []
        func add(_ option: String, _ path: String?, _ content: @escaping (Subject) throws -> Data) {
            if let path { files.append(File(option: option, path: path, content: content)) }
        }
        add("--json", json) { try $0.document.data() }
        add("--junit", junit) { JUnitReport($0.summary).data }
        add("--sarif", sarif) { try SARIFReport($0.summary, version: ProgramVersion.number).data() }
        add("--markdown", markdown) { Data(MarkdownReport($0.summary).text.utf8) }
        add("--html", html) { HTMLReport($0.result, about: $0.about, redaction: $0.redaction).data }
        add("--mermaid", mermaid) { Data(MermaidGraph($0.result, redaction: $0.redaction).text.utf8) }
        add("--dot", dot) { Data(DotGraph($0.result, redaction: $0.redaction).text.utf8) }
        return files
    }
}
