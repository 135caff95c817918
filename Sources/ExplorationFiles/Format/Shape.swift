/// What a value of the format may be.
///
/// One description of the format is made of these (`FileFormat`). The reader's check of a file (`Shape.check`) and the JSON
/// Schema for editors (`Shape.schema`) both come from it, so that they can't differ.
indirect enum Shape: Sendable {
    case leaf(Leaf)
    case list(Shape, atLeast: Int)
    /// One of them, or a list with at least one.
    case oneOrMore(Shape)
    /// A mapping whose names the file chooses.
    case mapping(NameKind, Shape, ofExactlyOne: Bool)
    case object(ObjectShape)
    /// The first whose outside fits the value.
    case either([Shape])

    static func mapping(_ names: NameKind, _ value: Shape) -> Shape { .mapping(names, value, ofExactlyOne: false) }
    static func list(_ element: Shape) -> Shape { .list(element, atLeast: 0) }
    static func keys(_ title: String, _ keys: [Key], _ rules: [ObjectShape.Rule] = []) -> Shape {
        .object(ObjectShape(title: title, keys: keys, rules: rules))
    }

    /// What is expected, with its article, for messages.
    var expected: String {
        switch self {
        case .leaf(let leaf): leaf.expected
        case .list(.leaf(.template), _): "a list of texts"
        case .list: "a list"
        case .oneOrMore(let one): "\(one.expected), or a list of such"
        case .mapping, .object: "a mapping"
        case .either(let shapes): Self.joined(shapes.map(\.expected))
        }
    }

    /// What is expected as the element of a list.
    var element: String { if case .object(let object) = self { object.title } else { expected } }

    private static func joined(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.joined() }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Whether the value's kind is one of this shape, whatever stands inside.
    func fits(_ node: LocatedNode) -> Bool {
        switch (self, node.content) {
        case (.leaf(let leaf), _): leaf.fits(node)
        case (.list, .list), (.mapping, .mapping), (.object, .mapping): true
        case (.oneOrMore(let one), _): if case .list = node.content { true } else { one.fits(node) }
        case (.either(let shapes), _): shapes.contains { $0.fits(node) }
        // All that stood in it was commented out.
        case (_, .null): mayBeEmpty
        default: false
        }
    }

    /// Whether it fits, and the first element of a list too: to tell lists from lists of lists.
    func fitsWithFirstElement(_ node: LocatedNode) -> Bool {
        guard case .list(let shape, _) = self, let first = node.elements.first else { return fits(node) }
        return shape.fits(first)
    }

    /// Whether nothing at all is as good as an empty list or mapping.
    var mayBeEmpty: Bool {
        switch self {
        case .list(_, let least): least == 0
        case .mapping(_, _, let one): !one
        case .object(let object): object.mayBeEmpty
        case .leaf, .oneOrMore, .either: false
        }
    }
}

/// A key of the format.
struct Key: Sendable {
    let name: String
    let shape: Shape
    /// A sentence, for editors.
    let description: String
    let isRequired: Bool

    init(_ name: String, _ shape: Shape, required: Bool = false, _ description: String) {
        self.name = name
        self.shape = shape
        self.description = description
        isRequired = required
    }

    init(_ name: String, _ leaf: Leaf, required: Bool = false, _ description: String) {
        self.init(name, .leaf(leaf), required: required, description)
    }
}

/// A mapping whose keys the format knows.
struct ObjectShape: Sendable {
    enum Rule: Sendable {
        case exactlyOne([String])
        case atMostOne([String])
        /// The key makes sense only where one of the others stands.
        case needs(String, oneOf: [String])
        /// Where the first stands the second must.
        case atLeastOne([String])
    }

    /// With its article: “an action”.
    let title: String
    let keys: [Key]
    let rules: [Rule]

    subscript(name: String) -> Key? { keys.first { $0.name == name } }

    var mayBeEmpty: Bool {
        !keys.contains { $0.isRequired }
            && !rules.contains {
                switch $0 {
                case .exactlyOne, .atLeastOne: true
                case .atMostOne, .needs: false
                }
            }
    }
}

/// Names that a file chooses.
enum NameKind: Sendable {
    /// Anything but nothing.
    case any
    case variable
    case argument
    case header
    case law
    case jsonPath
}
