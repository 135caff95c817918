/// One cell of a row.
public enum Value: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A row as its system stores it, packed: equal rows have equal bytes, so comparing and hashing are one pass.
///
/// Text keeps the bytes the system has, valid UTF-8 or not; only ``cells`` repairs them for reading.
public struct Row: Sendable, Hashable {
    /// Each cell as a tag and, but for null, a payload: 8 little-endian bytes of a number, or a 4-byte length and bytes.
    public private(set) var packed: [UInt8] = []

    /// Cell types in the packed form.
    private enum Tag {
        static let null: UInt8 = 0
        static let integer: UInt8 = 1
        static let real: UInt8 = 2
        static let text: UInt8 = 3
        static let blob: UInt8 = 4
        /// Stands for a value in canonical rows, which are hashed and never read back.
        static let marker: UInt8 = 5
    }

    /// A cell read in place; text and bytes are valid only during the call that hands them out.
    public enum Cell {
        case null
        case integer(Int64)
        case real(Double)
        case text(UnsafeRawBufferPointer)
        case blob(UnsafeRawBufferPointer)

        /// A copy that outlives the row.
        public var value: Value {
            switch self {
            case .null: .null
            case .integer(let number): .integer(number)
            case .real(let number): .real(number)
            case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
            case .blob(let bytes): .blob(Array(bytes))
            }
        }
    }

    /// An empty row, to be filled cell by cell.
    public init(reservingBytes capacity: Int = 0) {
        packed.reserveCapacity(capacity)
    }

    public init(_ cells: [Value]) {
        for cell in cells { append(cell) }
    }

    /// Takes back what ``packed`` gave out.
    /// - Returns: `nil` when the bytes are no packed row.
    public init?(packed: some Sequence<UInt8>) {
        self.packed = Array(packed)
        guard isWellFormed else { return nil }
    }

    /// The cells, copied out. Cost: one allocation for each text or blob.
    public var cells: [Value] {
        var cells: [Value] = []
        forEachCell { cells.append($0.value) }
        return cells
    }

    /// Adds all cells of another row.
    public mutating func append(contentsOf other: Row) { packed.append(contentsOf: other.packed) }

    public mutating func append(_ value: Value) {
        switch value {
        case .null: appendNull()
        case .integer(let number): append(number)
        case .real(let number): append(number)
        case .text(var text): text.withUTF8 { appendText(UnsafeRawBufferPointer($0)) }
        case .blob(let bytes): bytes.withUnsafeBytes { appendBlob($0) }
        }
    }

    public mutating func appendNull() { packed.append(Tag.null) }

    public mutating func append(_ number: Int64) {
        packed.append(Tag.integer)
        append(littleEndian: UInt64(bitPattern: number))
    }

    public mutating func append(_ number: Double) {
        packed.append(Tag.real)
        append(littleEndian: number.bitPattern)
    }

    public mutating func appendText(_ bytes: UnsafeRawBufferPointer) {
        packed.append(Tag.text)
        append(counted: bytes)
    }

    public mutating func appendBlob(_ bytes: UnsafeRawBufferPointer) {
        packed.append(Tag.blob)
        append(counted: bytes)
    }

    /// Calls the closure with each cell in order, without copying text or bytes.
    public func forEachCell<Failure: Error>(_ body: (Cell) throws(Failure) -> Void) throws(Failure) {
        var failure: Failure?
        packed.withUnsafeBytes { bytes in
            do throws(Failure) {
                var offset = 0
                while offset < bytes.count { try body(Row.readCell(bytes, at: &offset)) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Adds something that no stored cell is equal to.
    mutating func append(marker bytes: UnsafeRawBufferPointer) {
        packed.append(Tag.marker)
        append(counted: bytes)
    }

    private static func readCell(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> Cell {
        let tag = bytes[offset]
        offset += 1
        switch tag {
        case Tag.integer: return .integer(Int64(bitPattern: readNumber(bytes, at: &offset)))
        case Tag.real: return .real(Double(bitPattern: readNumber(bytes, at: &offset)))
        case Tag.text: return .text(readCounted(bytes, at: &offset))
        case Tag.blob: return .blob(readCounted(bytes, at: &offset))
        default: return .null
        }
    }

    private static func readNumber(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> UInt64 {
        defer { offset += 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func readCounted(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> UnsafeRawBufferPointer {
        let count = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        let start = offset + 4
        offset = start + count
        return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }

    private mutating func append(littleEndian number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { packed.append(contentsOf: $0) }
    }

    private mutating func append(counted bytes: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { packed.append(contentsOf: $0) }
        packed.append(contentsOf: bytes)
    }

    private var isWellFormed: Bool {
        packed.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let tag = bytes[offset]
                offset += 1
                switch tag {
                case Tag.null: break
                case Tag.integer, Tag.real: offset += 8
                case Tag.text, Tag.blob:
                    guard offset + 4 <= bytes.count else { return false }
                    offset +=
                        4 + Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
                default: return false
                }
            }
            return offset == bytes.count
        }
    }
}
