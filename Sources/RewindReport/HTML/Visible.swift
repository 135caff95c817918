import ExactJSON
import Foundation
import Rewind

/// Makes what APIs and databases said fit to be seen: without secrets, bounded, and with all that is invisible or turns
/// the direction of text spelt out.
struct Visible: Sendable {
    let redaction: Redaction
    /// Of a body, at most this many bytes are shown.
    static let bodyBytes = 16_384
    /// Of a cell or a sentence, at most this many characters.
    static let cellCharacters = 300

    /// A sentence, a name or a label on one line.
    func text(_ text: String) -> String {
        Self.spelled(redaction.prose(text)).replacing("\n", with: " ")
    }

    /// A cell of a table.
    func cell(_ value: Value, column: String) -> String {
        let text = redaction.prose(redaction.value(value.shown, named: column))
        let start = text.prefix(Self.cellCharacters)
        return Self.spelled(String(start)) + (start.endIndex < text.endIndex ? " …" : "")
    }

    /// The body of a request or answer that is redacted already: JSON on several lines.
    func body(_ bytes: [UInt8]) -> (text: String, note: String?) {
        let shown = bytes.prefix(Self.bodyBytes)
        if shown.count == bytes.count, let json = try? JSON(parsing: bytes) {
            return (Self.spelled(json.indented), nil)
        }
        let note =
            shown.count < bytes.count
            ? "The first \(grouped(shown.count)) of \(grouped(bytes.count)) bytes." : nil
        return (Self.spelled(String(decoding: shown, as: UTF8.self)), note)
    }

    /// With ⟨U+202E⟩ in the place of what could not be seen or would steer how the rest is shown.
    static func spelled(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar == "\n" || scalar == "\t": shown.append(scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                shown.append(contentsOf: "⟨U+\(String(format: "%04X", scalar.value))⟩".unicodeScalars)
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }
}

extension Redaction {
    /// A sentence or a cell without card numbers, and without secret members of JSON that stands in it.
    func prose(_ text: String) -> String {
        String(decoding: body(Array(self.text(text).utf8)), as: UTF8.self)
    }
}

extension Value {
    /// As a person reads it.
    fileprivate var shown: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): "\(bytes.count) bytes"
        }
    }
}

extension JSON {
    /// A line for each member and element, as it was spelt.
    fileprivate var indented: String {
        var lines = ""
        write(to: &lines, indent: 0)
        return lines
    }

    private func write(to text: inout String, indent: Int) {
        let (line, end) = (
            "\n" + String(repeating: "  ", count: indent + 1), "\n" + String(repeating: "  ", count: indent)
        )
        switch self {
        case .array(let elements) where !elements.isEmpty:
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index > 0 ? "," : "") + line
                element.write(to: &text, indent: indent + 1)
            }
            text += end + "]"
        case .object(let members) where !members.isEmpty:
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index > 0 ? "," : "") + line + JSON.string(member.name).text + ": "
                member.value.write(to: &text, indent: indent + 1)
            }
            text += end + "}"
        default: text += self.text
        }
    }
}
