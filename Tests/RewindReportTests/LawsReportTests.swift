import Foundation
import Rewind
import RewindReport
import Testing

@Suite struct `The list of laws` {
    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/laws.md")

    /// The page, by headings; what stands before the first is under nothing.
    private static func sections() throws -> [String: String] {
        var sections: [String: String] = [:]
        var heading = ""
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("## ") {
                heading = String(line.dropFirst(3))
            } else {
                sections[heading, default: ""] += "\n\(line)"
            }
        }
        return sections
    }

    @Test func `and the page about them have the same ones`() throws {
        let sections = try Self.sections()
        let names = Law.standard.map(\.name)
        #expect(Set(sections.keys.filter { $0.contains("_") }) == Set(names))
        for law in Law.standard {
            let section = try #require(sections[law.name])
            #expect(section.contains("\n> "), "\(law.name) has an example of a violation")
            let byDefault = law.name == "rewinding_is_faithful" ? "always" : law.isFast ? "yes" : "no"
            let row = sections[""]?.split(separator: "\n").first { $0.contains("(#\(law.name))") } ?? ""
            #expect(row.contains("| \(law.severity.rawValue) |") && row.hasSuffix("| \(byDefault) |"), "\(row)")
        }
    }

    @Test func `says of each what a reader has to know`() throws {
        for law in Law.standard {
            for text in [law.statement, law.howChecked, law.example] {
                #expect(text.hasSuffix("."), "\(law.name): \(text)")
            }
            #expect(!law.source.isEmpty && !law.needs.isEmpty)
            #expect(LawsReport().text.contains("\(law.name)  [\(law.severity.rawValue)]\n  \(law.statement)\n"))
        }
    }

    @Test func `is there for programs too`() throws {
        let document = try JSONDecoder().decode(Document.self, from: try LawsReport().json())
        #expect(document.format == "rewind-laws" && document.version == 1)
        #expect(document.laws.map(\.name) == Law.standard.map(\.name))
        #expect(document.laws.filter(\.isCheckedByDefault).map(\.name) == Law.standard.filter(\.isFast).map(\.name))
        #expect(document.laws.first { $0.name == "two_at_once_with_one_key" }?.requestsAtMost == 7)
    }

    private struct Document: Decodable {
        let format: String
        let version: Int
        let laws: [Entry]

        struct Entry: Decodable {
            let name: String
            let isCheckedByDefault: Bool
            let requestsAtMost: Int
        }
    }
}
