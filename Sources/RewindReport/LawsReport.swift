import Foundation
import Rewind

/// The laws, for those who want to know what is checked.
public struct LawsReport: Sendable {
    private let laws = Law.standard

    public init() {}

    /// A paragraph each.
    public var text: String { laws.map(paragraph).joined(separator: "\n") }

    /// An object with the laws in the order of the text, its keys sorted.
    /// - Throws: `EncodingError`, if it can't be written as JSON.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(Document(laws: laws.map(LawDocument.init))) + Data("\n".utf8)
    }

    private func paragraph(_ law: Law) -> String {
        let lines = [
            "\(law.name)  [\(law.severity.rawValue)]", "  \(law.statement)", "  Source: \(law.source)",
            "  How: \(law.howChecked)", "  Cost: \(law.cost.inWords)",
            "  Checked by default: \(law.isFast ? "yes" : "no")",
            "  Example: \(law.example)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private struct Document: Encodable {
        let format = "rewind-laws"
        let version = 1
        let laws: [LawDocument]
    }

    private struct LawDocument: Encodable {
        let name, statement, source, severity, howChecked, cost, example: String
        let isCheckedByDefault: Bool
        let requestsAtMost: Int

        init(_ law: Law) {
            (name, statement, source, severity) = (law.name, law.statement, law.source, law.severity.rawValue)
            (howChecked, cost, example) = (law.howChecked, law.cost.inWords, law.example)
            isCheckedByDefault = law.isFast
            requestsAtMost = if case .requests(let most) = law.cost { most } else { 0 }
        }
    }
}

extension Law.Cost {
    var inWords: String {
        switch self {
        case .nothing: "nothing beyond the step that is judged"
        case .oneLook: "one look at each system for each kind of step"
        case .requests(let most): "at most \(counted(most, "request")) for each kind of step, and the way back"
        }
    }
}
