/// Where something stands in a file.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named.
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `payments.yaml:12:5`, as compilers say it, so that editors can jump there.
    public var description: String { "\(file):\(line):\(column)" }
}

/// A value, and where it stands.
public struct Located<Value> {
    public var value: Value
    public let position: SourcePosition

    public init(_ value: Value, at position: SourcePosition) {
        self.value = value
        self.position = position
    }
}

extension Located: Sendable where Value: Sendable {}

/// Something in a file that can't be understood or can't be carried out.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let position: SourcePosition
    /// What was found, what was expected, and how to mend it: sentences.
    public let message: String

    public init(_ message: String, at position: SourcePosition) {
        self.message = message
        self.position = position
    }

    public var description: String { "\(position): \(message)" }
}
