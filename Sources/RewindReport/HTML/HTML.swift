/// Pieces of a page. Text becomes HTML only by being escaped, so that nothing an API answered can be taken for a tag.
///
/// ```swift
/// let row = HTML.tag("td", ["class": "name"], "<b>")       // <td class="name">&lt;b&gt;</td>
/// ```
struct HTML: Sendable, ExpressibleByStringLiteral {
    private(set) var source: String

    private init(source: String) { self.source = source }

    /// Text, escaped. Literals are text too.
    init(_ text: String) {
        source = ""
        source.reserveCapacity(text.utf8.count)
        Self.escape(text, into: &source)
    }

    init(stringLiteral text: String) { self.init(text) }

    /// What belongs to this program and is HTML already: its style and its script.
    static func trusted(_ source: String) -> HTML { HTML(source: source) }

    static let nothing = HTML(source: "")

    /// An element. Attributes keep their order; one without a value is left out.
    static func tag(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ content: HTML...)
        -> HTML
    {
        tag(name, attributes, content)
    }

    static func tag(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ content: [HTML])
        -> HTML
    {
        var source = "<\(name)"
        for (attribute, value) in attributes {
            guard let value else { continue }
            source += " \(attribute)=\""
            escape(value, into: &source)
            source += "\""
        }
        source += ">"
        for piece in content { source += piece.source }
        if !Self.void.contains("\(name)") { source += "</\(name)>" }
        return HTML(source: source)
    }

    /// Elements that have no content and no end tag.
    private static let void: Set<String> = ["meta", "input", "br", "wbr"]

    static func + (a: HTML, b: HTML) -> HTML { HTML(source: a.source + b.source) }
    static func += (a: inout HTML, b: HTML) { a.source += b.source }

    /// By scalars: a quotation mark with a combining accent is one character, and still ends an attribute.
    private static func escape(_ text: String, into source: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": source += "&lt;"
            case ">": source += "&gt;"
            case "&": source += "&amp;"
            case "\"": source += "&quot;"
            case "'": source += "&#39;"
            default: source.unicodeScalars.append(scalar)
            }
        }
    }
}

extension [HTML] {
    /// One after another.
    var joined: HTML { reduce(into: HTML.nothing) { $0 += $1 } }

    func joined(separator: HTML) -> HTML {
        enumerated().reduce(into: HTML.nothing) { $0 += $1.offset == 0 ? $1.element : separator + $1.element }
    }
}
