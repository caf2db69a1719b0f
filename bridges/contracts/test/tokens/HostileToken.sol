// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A token which misbehaves on demand, for everybody or towards one recipient.
contract HostileToken {
    enum Mode {
        Honest,
        NoReturn,
        ReturnFalse,
        ReturnTwo,
        ReturnShort,
        Revert,
        ReturnBomb,
        RevertBomb,
        BurnGas,
        Fee,
        Bonus,
        Lie,
        MoveAndDeny,
        Reenter
    }

    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address recipient => Mode) public modeTowards;
    Mode public mode;

    address public reentryTarget;
    bytes public reentryCall;
    bool public reentryDone;
    bytes public reentryResult;
    uint256 public leastGas = type(uint256).max;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function burn(address from, uint256 amount) external {
        balanceOf[from] -= amount;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function setModeTowards(address recipient, Mode mode_) external {
        modeTowards[recipient] = mode_;
    }

    function setReentry(address target, bytes calldata data) external {
        (reentryTarget, reentryCall) = (target, data);
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external {
        uint256 left = gasleft();
        if (left < leastGas) leastGas = left;
        _transfer(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        _transfer(from, to, amount);
    }

    function _transfer(address from, address to, uint256 amount) private {
        Mode current = mode == Mode.Honest ? modeTowards[to] : mode;
        if (current == Mode.Reenter) {
            (reentryDone, reentryResult) = reentryTarget.call(reentryCall);
        }
        if (current == Mode.Revert) revert("blocked");
        if (current == Mode.RevertBomb) _bomb(true);
        if (current == Mode.BurnGas) _burnGas();
        if (current == Mode.ReturnFalse) _return(0, 32);
        if (current == Mode.Lie) _return(1, 32);

        balanceOf[from] -= amount;
        balanceOf[to] += current == Mode.Fee ? amount - 1 : current == Mode.Bonus ? amount + 1 : amount;

        if (current == Mode.MoveAndDeny) _return(0, 32);
        if (current == Mode.NoReturn) _return(0, 0);
        if (current == Mode.ReturnTwo) _return(2, 32);
        if (current == Mode.ReturnShort) _return(1, 31);
        if (current == Mode.ReturnBomb) _bomb(false);
        _return(1, 32);
    }

    function _return(uint256 word, uint256 size) private pure {
        assembly ("memory-safe") {
            mstore(0x00, word)
            return(0x00, size)
        }
    }

    /// @dev As much as the gas of one push can reach; the first word says yes.
    function _bomb(bool reverting) private pure {
        assembly {
            mstore(0x00, 1)
            switch reverting
            case 0 { return(0x00, 100000) }
            default { revert(0x00, 100000) }
        }
    }

    function _burnGas() private pure {
        for (uint256 i = 0; true; ++i) { }
    }
}
