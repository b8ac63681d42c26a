@echo off
rem What is said in Chinese is said by start.py, or shown from a file: this one is plain ASCII, whatever the code page.
setlocal
cd /d "%~dp0"
set PYTHONUTF8=1
for %%v in (3.13 3.12 3.11) do (
    py -%%v -c "" >nul 2>nul && (
        py -%%v start.py %*
        goto ended
    )
)
python -c "" >nul 2>nul && (
    python start.py %*
    goto ended
)
chcp 65001 >nul
type no-python.txt
pause
exit /b 1
:ended
if errorlevel 1 pause
