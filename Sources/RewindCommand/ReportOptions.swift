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

    /// The options given, as they are written, such as `--json`.
    var given: [String] { files.map(\.option) }

    /// What a report is made of.
    struct Subject {
        let result: ExplorationResult
        let document: ResultDocument
        /// The name of the exploration.
        let exploration: String
        let redaction: Redaction
        /// Whether the run is in `.rewind`, so that `rewind replay` knows its counterexamples.
        let isKept: Bool
        let origin: KeptRun.Origin?
        let started: Date?

        /// What an HTML report says beside the result.
        var about: HTMLReport.About {
            var about = HTMLReport.About(exploration: exploration, title: exploration)
            about.isKept = isKept
            about.started = started
            about.version = ProgramVersion.number
            let words = KeptRun.commandLine(of: Array(CommandLine.arguments.dropFirst()))
            about.command = (["rewind"] + words).joined(separator: " ")
            switch origin {
            case .file(let path, _)?:
                about.file = URL(fileURLWithPath: path).lastPathComponent
            case .demo(let name, let bug)?:
                about.title = bug ?? name
                if name == ZooExploration.payments.rawValue { about.swift = ("payments", "Payments") }
            case nil: break
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
                try file.content(subject).write(to: URL(fileURLWithPath: file.path), options: .atomic)
            } catch {
                Terminal.note("The result could not be written to \(file.path): \(error.localizedDescription)")
                failure = ExitCode.notDecided
            }
        }
        if let failure { throw failure }
    }

    /// Add a format by an option above and a line here.
    private var files: [File] {
        var files: [File] = []
        func add(_ option: String, _ path: String?, _ content: @escaping (Subject) throws -> Data) {
            if let path { files.append(File(option: option, path: path, content: content)) }
        }
        add("--json", json) { try $0.document.data() }
        add("--html", html) { HTMLReport($0.result, about: $0.about, redaction: $0.redaction).data }
        add("--mermaid", mermaid) { Data(MermaidGraph($0.result, redaction: $0.redaction).text.utf8) }
        add("--dot", dot) { Data(DotGraph($0.result, redaction: $0.redaction).text.utf8) }
        return files
    }
}
