import Digests
import Foundation
import Rewind

/// The result as one HTML file that opens from anywhere and asks for nothing: no network, no other file.
///
/// Verdict, paths, requests and changes are there without JavaScript; with it, one step is shown at a time. Its size follows
/// what was found wrong, not how many states there are. What an API answered is escaped, bounded, and kept from running by
/// a content security policy as well.
public struct HTMLReport: Sendable {
    /// What is to be said beside the result.
    public struct About: Sendable {
        /// The name of the exploration, which is part of the violations' ids.
        public var exploration: String
        /// What the reader takes it for: a file's name, a bug of the demo.
        public var title: String
        /// Whether `rewind replay` and `rewind reproduce` know its counterexamples.
        public var isKept = false
        /// How to find it again, such as `rewind demo --bug double-refund`.
        public var command: String?
        /// The exploration file, to be imported by one that replays a single path.
        public var file: String?
        /// A Swift expression of the exploration, and the module that declares it.
        public var swift: (expression: String, module: String)?
        /// Of the program that writes the report.
        public var version: String?
        /// When the exploration began.
        public var started: Date?

        public init(exploration: String, title: String) {
            (self.exploration, self.title) = (exploration, title)
        }
    }

    let result: ExplorationResult
    let about: About
    let redaction: Redaction
    let visible: Visible

    public init(_ result: ExplorationResult, about: About, redaction: Redaction = .standard) {
        (self.result, self.about, self.redaction) = (result, about, redaction)
        visible = Visible(redaction: redaction)
    }

    /// The file, in UTF-8.
    public var data: Data { Data(("<!doctype html>\n" + page.source + "\n").utf8) }

    private var page: HTML {
        .tag(
            "html", ["lang": "en"],
            .tag(
                "head", [:],
                .tag("meta", ["charset": "utf-8"]),
                .tag("meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy]),
                .tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                .tag("meta", ["name": "color-scheme", "content": "light dark"]),
                .tag("meta", ["name": "generator", "content": "Rewind"]),
                .tag("title", [:], HTML("\(verdictWord) – \(visible.text(about.title))")),
                .tag("style", [:], .trusted(Self.style))),
            .tag("body", [:], body + [.tag("script", [:], .trusted(Self.script))]))
    }

    private var body: [HTML] {
        [
            .tag("a", ["class": "skip", "href": "#main"], "Skip to what was found"),
            head,
            .tag("main", ["id": "main"], [violations, matrix, checks, notes]),
            foot,
        ]
    }

    // MARK: Style and script

    private static let style = text(PackageResources.report_css)
    private static let script = text(PackageResources.report_js)

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Only this style and this script, told by their hashes, and nothing from anywhere else.
    private static let policy =
        "default-src 'none'; style-src '\(hash(of: style))'; script-src '\(hash(of: script))'; "
        + "base-uri 'none'; form-action 'none'"

    private static func hash(of text: String) -> String {
        "sha256-" + Data(Digests.sha256(text.utf8)).base64EncodedString()
    }
}
