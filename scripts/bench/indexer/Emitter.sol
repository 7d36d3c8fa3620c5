// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// What the benchmark indexes: of ten events seven transfers, two orders, one note with text. The same number
/// of calls gives the same values; every thousandth amount is the largest there is. `clone` makes more of these.
contract Emitter {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event OrderFilled(
        bytes32 indexed orderId, address indexed maker, uint256 amountIn, uint256 amountOut, uint64 stamp, bool partialFill
    );
    event Note(uint256 indexed id, address indexed author, string text, bytes32 tag, int256 delta);

    uint256 public counter;

    function emitBatch(uint256 n) external {
        uint256 first = counter;
        for (uint256 k = first; k < first + n; k++) {
            emitOne(k, uint256(keccak256(abi.encode(k))));
        }
        counter = first + n;
    }

    function emitOne(uint256 k, uint256 hash) private {
        address from = address(uint160(hash % 5000 + 0x1000));
        if (k % 10 < 7) {
            address to = address(uint160((hash >> 64) % 5000 + 0x1000));
            emit Transfer(from, to, k % 1000 == 0 ? type(uint256).max : hash >> 128);
        } else if (k % 10 < 9) {
            emit OrderFilled(bytes32(hash), from, hash >> 160, hash >> 150, uint64(block.timestamp), hash % 2 == 0);
        } else {
            emit Note(k, from, text(hash), bytes32(hash), -int256(hash >> 200));
        }
    }

    function text(uint256 hash) private pure returns (string memory) {
        if (hash % 3 == 0) return unicode"brief \u2713";
        return "words that go on for more than two times thirty-two bytes, as people's remarks do, 'quoted' in places";
    }
}
