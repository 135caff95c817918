/// Values for the parameters of a statement, in order, in PostgreSQL's text form.
public struct PostgresParameters: ExpressibleByArrayLiteral {
    /// All values one after another, each ended by a zero byte as libpq wants it.
    private var bytes: [UInt8] = []
    /// Where each value starts; `nil` for NULL.
    private var starts: [Int?] = []

    public init() {}

    public init(arrayLiteral elements: String?...) {
        for element in elements { append(element) }
    }

    public var count: Int { starts.count }

    public mutating func append(_ text: String?) {
        guard let text else { return starts.append(nil) }
        add { $0.append(contentsOf: text.utf8) }
    }

    public mutating func append(_ number: some BinaryInteger) { append(String(number)) }

    public mutating func append(_ truth: Bool) { append(truth ? "t" : "f") }

    /// A text as bytes.
    public mutating func append(bytes text: [UInt8]) { add { $0.append(contentsOf: text) } }

    /// A one-dimensional array of texts, `nil` for NULL.
    public mutating func append(array elements: some Sequence<[UInt8]?>) {
        add { Self.append(array: elements, to: &$0) }
    }

    /// A one-dimensional array of numbers.
    public mutating func append(array numbers: some Sequence<Int64>) {
        append(array: numbers.lazy.map { Array(String($0).utf8) })
    }

    private static func append(array elements: some Sequence<[UInt8]?>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            if let element { append(quoted: element, to: &bytes) } else { bytes.append(contentsOf: "NULL".utf8) }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// Quoted, with quotes and backslashes escaped (<https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>).
    private static func append(quoted text: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func add(_ write: (inout [UInt8]) -> Void) {
        starts.append(bytes.count)
        write(&bytes)
        bytes.append(0)
    }

    /// Calls the closure with what libpq takes.
    func withPointers<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = starts.map { start in start.flatMap { start in base.map { $0 + start } } }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
